import { DS_MSG_SLOT, DS_MSG_SLOTS, MESSAGES } from "../messages.ts";
import { encodeAccess, encodeAccess2, type LocalUser } from "../records/access.ts";
import { encodeMaster, encodeRequestorConfig } from "../records/config.ts";
import { ALIAS_TYPE, encodeNme, NME_SIZE } from "../records/names.ts";
import { encodeNetwork, NETWORK_TYPE } from "../records/network.ts";
import { encodeText } from "../records/text.ts";

/** What the fresh postoffice's files say, as far as anything is documented. */
export interface FreshIdentity {
  readonly network: string;
  readonly postoffice: string;
  readonly password: string;
}

/** The first administrator: mailbox ADMIN, file 00000000 (Q95939, Q106510). */
export function administrator(password: string): LocalUser {
  return { mailbox: "ADMIN", alias: "Administrator", password, administrator: true, file: "00000000" };
}

/** The content of one file of the fresh postoffice, `size` bytes. What is not documented is filler or zeros (assumption). */
export function freshContent(name: string, size: number, identity: FreshIdentity): Buffer {
  const admin = administrator(identity.password);
  switch (name) {
    case "GLB/MASTER.GLB":
      return encodeMaster({ ...identity, isServer: false, gatewayBits: 0 });
    case "GLB/ACCESS.GLB":
      return encodeAccess(admin);
    case "GLB/ACCESS2.GLB":
      return encodeAccess2(admin);
    case "GLB/NETWORK.GLB":
      return encodeNetwork({
        active: true,
        type: NETWORK_TYPE.PCM,
        name: identity.network,
        xtn: "00000001",
        mailbag: "",
      });
    case "GLB/REQCONF.GLB":
      return encodeRequestorConfig({
        reqSync: 0,
        srvSync: 0,
        importSync: 0,
        pointers: [-1, -1, -1, -1],
        dss: "",
        templatesReceive: false,
        types: ["PCM"],
      });
    case "GLB/CONTROL.GLB":
      return counters(2, 1);
    case "GLB/TID.GLB":
      return counters(2);
    case "GLB/DS_MSG.GLB":
      return messageFile();
    case "NME/ADMIN.NME": {
      const bytes = Buffer.alloc(NME_SIZE);
      encodeNme(bytes, 0, { type: ALIAS_TYPE.local, alias: admin.alias, tid: 1, pointer: 0 });
      return bytes;
    }
    default:
      return isText(name) ? filler(name, size) : Buffer.alloc(size);
  }
}

/** Little-endian longs: CONTROL.GLB is next mailbag and next letter (Q87388), TID.GLB the next tuple id (Q87404). */
function counters(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

function messageFile(): Buffer {
  const bytes = Buffer.alloc(DS_MSG_SLOTS * DS_MSG_SLOT);
  for (const [number, text] of Object.entries(MESSAGES)) bytes.set(encodeText(text), Number(number) * DS_MSG_SLOT);
  return bytes;
}

function isText(name: string): boolean {
  return /\.(TPL|MDM|SCR|INI)$|GLB\/(WELCOME|TRANSFIL|ERRORADM|ERRORDYN|ENGMAI|ENGMON|ANSISORT|C850SORT)/u.test(name);
}

/** Templates are lines ended by CR (Q87432); the rest only has to have its size. */
function filler(name: string, size: number): Buffer {
  const line = name.endsWith(".TPL") ? "Field:~15~20~A~~\r" : `${name} `;
  const text = line.repeat(Math.ceil(size / line.length)).slice(0, size);
  return Buffer.from(name.endsWith(".TPL") ? `${text.slice(0, -1)}\r` : text, "latin1");
}
