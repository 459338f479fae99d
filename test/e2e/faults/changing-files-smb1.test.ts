import { filesThatChange } from "./changing-files.ts";

filesThatChange("smb1");
