/** A file of the freshly installed postoffice; its content is `filler` unless `contents.ts` knows better. */
export interface FreshFile {
  readonly name: string;
  readonly size: number;
}

const HEX = "0123456789ABCDEF".split("");

/** The 19 folders of a postoffice, with the 16 each below ATT and MAI (Q132744, Q135868), and the private ones of FOLDERS. */
export const FOLDERS: readonly string[] = [
  ..."ATT CAL FOLDERS GLB GRP HLP INF INI KEY LOG MAI MBG MEM MMF NME P1 TPL USR XTN".split(" "),
  ...HEX.map((digit) => `ATT/AT${digit}`),
  ...HEX.map((digit) => `MAI/MA${digit}`),
  "FOLDERS/LOC",
  "FOLDERS/LOC/00000000",
  "FOLDERS/PUB",
];

/** GLB files and their bytes (Q135868). */
const GLB: Readonly<Record<string, number>> = {
  ACCESS: 586,
  ACCESS2: 69,
  ACCESS3: 512,
  CONTROL: 8,
  GLOBAL: 512,
  GROUP: 4,
  GRPMEM: 4,
  MASTER: 176,
  MODEM: 64,
  NETPO: 4,
  NETWORK: 122,
  PROCESS: 512,
  REQCONF: 512,
  TID: 4,
  REQTRANS: 0,
  SRVTRANS: 0,
  USRTRANS: 0,
  GWTRANS: 0,
  NMETRANS: 0,
  ANSISORT: 795,
  C850SORT: 795,
  DS_MSG: 32_512,
  TRANSFIL: 1603,
  WELCOME: 609,
  ERRORADM: 22_272,
  ERRORDYN: 1920,
  ENGMAI: 18_304,
  ENGMON: 4096,
};

/** The names of the modem scripts and their sizes are assumptions; Q135868 has them as `*.MDM` and `*.SCR`. */
const MODEM_SCRIPTS: readonly FreshFile[] = [
  { name: "GLB/MODEM1.MDM", size: 640 },
  { name: "GLB/MODEM1.SCR", size: 320 },
];

const MAILBAGS = ["00000000", "INQUEUE", "INQUEUE3", "SYSTEM"];

/** 48 system templates of 23 to 1037 bytes (Q135868); their names and the sizes between are assumptions. */
const TEMPLATES: readonly FreshFile[] = Array.from({ length: 48 }, (_, index) => ({
  name: `TPL/SYSTEM${String(index + 1).padStart(2, "0")}.TPL`,
  size: 23 + Math.round((index * (1037 - 23)) / 47),
}));

/** Every file of the fresh 3.5 postoffice, the LAN Manager option, with its bytes (Q135868). */
export const FRESH_FILES: readonly FreshFile[] = [
  ...FOLDERS.map((folder) => ({ name: `${folder}/POPULATE.MSM`, size: 1 })),
  { name: "FOLDERS/SERIALNO.IDX", size: 4 },
  { name: "FOLDERS/LOC/00000000/00000000.IDX", size: 100 },
  { name: "FOLDERS/PUB/FOLDROOT.IDX", size: 100 },
  ...Object.entries(GLB).map(([name, size]) => ({ name: `GLB/${name}.GLB`, size })),
  ...MODEM_SCRIPTS,
  { name: "GRP/ADMIN.GRP", size: 8 },
  { name: "GRP/00000000.GRP", size: 8 },
  ...MAILBAGS.map((name) => ({ name: `KEY/${name}.KEY`, size: 560 })),
  ...MAILBAGS.map((name) => ({ name: `MBG/${name}.MBG`, size: 0 })),
  { name: "NME/ADMIN.NME", size: 45 },
  { name: "NME/00000000.NME", size: 0 },
  { name: "NME/VIEW.NME", size: 0 },
  { name: "XTN/00000001.XTN", size: 0 },
  { name: "INI/EXTERNAL.INI", size: 3 },
  ...TEMPLATES,
];

const SHIPPED = "ANSISORT C850SORT DS_MSG ENGMAI ENGMON ERRORADM ERRORDYN TRANSFIL WELCOME".split(" ");

/** True for what is read-only as installed: markers, system templates, messages, sort tables, modem scripts (Q127954). */
export function isReadOnly(name: string): boolean {
  return (
    /\/POPULATE\.MSM$|^TPL\/SYSTEM|\.(MDM|SCR)$/u.test(name) || SHIPPED.some((shipped) => name === `GLB/${shipped}.GLB`)
  );
}
