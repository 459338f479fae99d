import type { SftpFaults } from "../../../src/simulator/sftp-server/faults.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed } from "../../contract/place-bed.ts";
import { makeSftpBed } from "./sftp-bed.ts";

const open = (faults: SftpFaults) => async () => {
  const bed = await makeSftpBed(faults);
  return folderBed(await bed.open(), bed.folder, bed.close);
};

placeContract("sftp", open({}));
placeContract("sftp, without posix-rename and fsync", open({ noPosixRename: true, noFsync: true }));
placeContract("sftp, with short reads", open({ shortReads: 10_000 }));
// It is asked for 252 KiB at a time and gives 64.
placeContract("sftp, an old OpenSSH", open({ software: "OpenSSH_7.9", shortReads: 65_536 }));
