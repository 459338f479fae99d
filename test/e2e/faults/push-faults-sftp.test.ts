import { pushFaults } from "./push-faults.ts";

pushFaults("sftp");
