import type { PostofficeFiles } from "../files.ts";
import {
  ACCESS2_SIZE,
  ACCESS3_SIZE,
  ACCESS_SIZE,
  decodeAccess,
  encodeAccess,
  encodeAccess2,
  type LocalUser,
} from "../records/access.ts";
import { ALIAS_TYPE, encodeNme, NME_SIZE } from "../records/names.ts";
import { recordsOf } from "../records/text.ts";
import { nextFileId, takeTids } from "./counters.ts";
import { addMailbag } from "./directory.ts";

/** Every local user, in the order of creation. */
export function localUsers(files: PostofficeFiles): LocalUser[] {
  const access2 = recordsOf(files.readIfAny("GLB/ACCESS2.GLB"), ACCESS2_SIZE);
  return recordsOf(files.readIfAny("GLB/ACCESS.GLB"), ACCESS_SIZE).map((access, index) =>
    decodeAccess(access, access2[index] ?? Buffer.alloc(ACCESS2_SIZE)),
  );
}

/** Creates a local user as ADMIN would: ACCESS records, mailbag, private lists and folder, and the alias in the postoffice list. */
export function addLocalUser(files: PostofficeFiles, mailbox: string, alias: string): void {
  const file = nextFileId(files);
  const user = { mailbox, alias, password: "password", administrator: false, file };
  files.append("GLB/ACCESS.GLB", encodeAccess(user));
  files.append("GLB/ACCESS2.GLB", encodeAccess2(user));
  files.append("GLB/ACCESS3.GLB", Buffer.alloc(ACCESS3_SIZE));
  addMailbag(files, file);
  files.write(`NME/${file}.NME`, "");
  files.write(`GRP/${file}.GRP`, Buffer.alloc(8));
  files.makeFolder(`FOLDERS/LOC/${file}`);
  files.write(`FOLDERS/LOC/${file}/${file}.IDX`, Buffer.alloc(100));
  const name = Buffer.alloc(NME_SIZE);
  encodeNme(name, 0, { type: ALIAS_TYPE.local, alias, tid: takeTids(files, 1), pointer: Number.parseInt(file, 16) });
  files.append("NME/ADMIN.NME", name);
}
