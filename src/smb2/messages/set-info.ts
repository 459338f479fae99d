import { BODY, HEADER, newFrame } from "../wire/header.ts";
import { sharePath } from "../wire/text.ts";

/** SMB2_0_INFO_FILE and the classes used here (MS-SMB2 2.2.39, MS-FSCC 2.4). */
const FILE = 1;
const RENAME = 10;
const DISPOSITION = 13;

/** SET_INFO with FileRenameInformation type 2 (MS-FSCC 2.4.43.2): to `path` below the share; `replace` takes the place of a file there. */
export function renameRequest(fileId: Buffer, path: string, replace: boolean): Buffer {
  const name = sharePath(path);
  const info = Buffer.alloc(20 + name.length);
  info.writeUInt8(replace ? 1 : 0, 0);
  info.writeUInt32LE(name.length, 16);
  name.copy(info, 20);
  return setInfoRequest(fileId, RENAME, info);
}

/** SET_INFO with FileDispositionInformation (MS-FSCC 2.4.11): the file goes when it is closed. */
export function deleteRequest(fileId: Buffer): Buffer {
  return setInfoRequest(fileId, DISPOSITION, Buffer.from([1]));
}

function setInfoRequest(fileId: Buffer, infoClass: number, info: Buffer): Buffer {
  const frame = newFrame(32 + info.length);
  const body = frame.subarray(BODY);
  body.writeUInt16LE(33, 0);
  body.writeUInt8(FILE, 2);
  body.writeUInt8(infoClass, 3);
  body.writeUInt32LE(info.length, 4);
  body.writeUInt16LE(HEADER + 32, 8);
  fileId.copy(body, 16);
  info.copy(body, 32);
  return frame;
}
