import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCES = join(import.meta.dirname, "../../fixtures/dos");

/** A folder with the DOS stand-ins IMPORT.EXE and REBUILD.EXE, assembled anew. */
export async function assembleDosPrograms(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ["import", "rebuild"]) {
    const output = join(folder, `${name.toUpperCase()}.EXE`);
    execFileSync("nasm", ["-f", "bin", "-I", `${SOURCES}/`, "-o", output, join(SOURCES, `${name}.asm`)]);
  }
}

/** A small postoffice for the DOS stand-ins, the programs, and a DOSBox that tells its process. */
export interface DosBed {
  readonly folder: string;
  readonly postoffice: string;
  readonly programs: string;
  /** A wrapper of the real DOSBox: same arguments, its process number in a file. */
  readonly dosbox: string;
  /** What the stand-in does at its next run: the text of DOS.CTL (fixtures/dos/import.asm). */
  control(text: string): Promise<void>;
  /** The process of the last DOSBox, `undefined` when none has been started. */
  pid(): Promise<number | undefined>;
  close(): Promise<void>;
}

export async function dosBed(): Promise<DosBed> {
  const folder = await mkdtemp(join(tmpdir(), "resync test's $dos 100% "));
  const postoffice = join(folder, "po");
  const programs = join(folder, "mailexe");
  await assembleDosPrograms(programs);
  await makePostoffice(postoffice);
  const dosbox = join(folder, "dosbox");
  await writeFile(dosbox, `#!/bin/sh\necho $$ > "$(dirname "$0")/pid"\nexec dosbox "$@"\n`);
  await chmod(dosbox, 0o755);
  return {
    folder,
    postoffice,
    programs,
    dosbox,
    control: (text) => writeFile(join(postoffice, "DOS.CTL"), text),
    async pid() {
      const text = await readFile(join(folder, "pid"), "utf8").catch(() => undefined);
      return text === undefined ? undefined : Number(text);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** True while the process runs; one that is dead and not yet collected by its parent is not alive. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  return stat !== "" && !/\) Z /u.test(stat);
}

/** Every file below `folder` with its content, sorted. */
export async function treeText(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files.toSorted().map(async (file) => `${file} ${(await readFile(file)).toString("base64")}`);
  return (await Promise.all(texts)).join("\n");
}

async function makePostoffice(root: string): Promise<void> {
  for (const name of ["GLB", "LOG", "NME", "USR"]) await mkdir(join(root, name), { recursive: true });
  const files: Record<string, Buffer> = {
    "GLB/MASTER.GLB": Buffer.alloc(176),
    "GLB/REQCONF.GLB": Buffer.alloc(512),
    "GLB/REQTRANS.GLB": Buffer.alloc(0),
    "GLB/SRVTRANS.GLB": Buffer.alloc(0),
    "GLB/USRTRANS.GLB": Buffer.alloc(0),
    "GLB/FLAG.GLB": Buffer.alloc(2),
    "GLB/RESYNC.GLB": Buffer.alloc(10_000, "A Paul\tPCM:NET/PO/paul\0"),
    "NME/ADMIN.NME": Buffer.alloc(90),
    "USR/00000001.USR": Buffer.alloc(106),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, name), bytes);
}
