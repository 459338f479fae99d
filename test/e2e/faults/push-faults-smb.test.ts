import { pushFaults } from "./push-faults.ts";

pushFaults("smb");
