import { listing } from "./support.ts";

/** Fixed sizes of GLB files (Q77926, Q118946). */
const FIXED: Record<string, number> = {
  CONTROL: 8,
  FLAG: 2,
  GLOBAL: 512,
  MASTER: 176,
  MODEM: 64,
  REQCONF: 512,
  TID: 4,
  RNETSEM: 4,
};

/** Files of a head and records: [head, record] (Q77926, Q110223, Q139034). */
const GLB_RECORDS: Record<string, [number, number]> = {
  ACCESS: [0, 586],
  ACCESS2: [0, 69],
  ACCESS3: [0, 512],
  GROUP: [4, 51],
  GRPMEM: [4, 128],
  NETPO: [4, 43],
  NETWORK: [0, 122],
  PROCESS: [512, 197],
  SERVER: [0, 181],
  SRVCONF: [1024, 1024],
};

const BY_EXTENSION: Record<string, [number, number]> = {
  MBG: [0, 116],
  MEM: [0, 4],
  NME: [0, 45],
  USR: [0, 53],
  XTN: [0, 698],
  GRP: [0, 8],
  IDX: [100, 158],
};

/** What breaks the size rules of a postoffice; empty when all hold. */
export function brokenSizes(root: string): string[] {
  const sizes = new Map([...listing(root)].map(([name, size]) => [name.toUpperCase(), size]));
  const broken: string[] = [];
  const check = (holds: boolean, what: string): void => void (holds || broken.push(what));
  for (const [name, size] of sizes) {
    const [, base = "", extension = ""] = /([^/.]+)\.([^.]+)$/u.exec(name) ?? [];
    const records = extension === "GLB" ? GLB_RECORDS[base] : BY_EXTENSION[extension];
    if (extension === "GLB" && FIXED[base] !== undefined) check(size === FIXED[base], `${name} has ${size}`);
    if (extension === "KEY") check(size === 560, `${name} has ${size}`);
    if (base === "SERIALNO") check(size === 4, `${name} has ${size}`);
    else if (records !== undefined) check((size - records[0]) % records[1] === 0, `${name} has ${size}`);
    if (extension === "KEY") check(sizes.has(`MBG/${base}.MBG`), `${name} without MBG`);
    if (extension === "MBG") check(sizes.has(`KEY/${base}.KEY`), `${name} without KEY`);
  }
  const users = ["ACCESS", "ACCESS2", "ACCESS3"].map(
    (name) => (sizes.get(`GLB/${name}.GLB`) ?? 0) / (GLB_RECORDS[name]?.[1] ?? 1),
  );
  check(new Set(users).size === 1, `ACCESS files count ${users.join(", ")}`);
  for (const list of ["NME", "GRP"]) {
    const shadow = sizes.get(`${list}/ADMINSHD.${list}`);
    check(shadow === undefined || shadow === sizes.get(`${list}/ADMIN.${list}`), `ADMINSHD.${list} differs`);
  }
  for (const queue of ["SRVTRANS", "USRTRANS", "NMETRANS", "GWTRANS"]) {
    check(sizes.get(`GLB/${queue}.GLB`) === 0, `${queue} is not empty`);
  }
  return broken;
}
