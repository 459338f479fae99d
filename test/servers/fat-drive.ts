import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A drive for FAT disks: images of floppy disks that are mounted one at a time, through FUSE. */
export interface FatDrive {
  /** Where the disk that is in can be seen. */
  readonly folder: string;
  /** Formats a new disk of `kilobytes` (1440, 720, …) and returns its image. */
  format(name: string, kilobytes: number): Promise<string>;
  /** Takes out what is in, and puts in the disk of this name. */
  insert(name: string): Promise<void>;
  eject(): Promise<void>;
  close(): Promise<void>;
}

/** Makes an empty drive. Needs mkfs.vfat, fusefat, fusermount and /dev/fuse. */
export async function fatDrive(): Promise<FatDrive> {
  const home = await mkdtemp(join(tmpdir(), "resync-fat-"));
  const folder = join(home, "drive");
  await mkdir(folder);
  let inserted = false;
  const eject = async () => {
    if (inserted) await execa("fusermount", ["-u", folder]);
    inserted = false;
  };
  const imageOf = (name: string) => join(home, `${name}.img`);
  return {
    folder,
    async format(name, kilobytes) {
      await execa("mkfs.vfat", ["-C", imageOf(name), String(kilobytes)], ON_PATH);
      return imageOf(name);
    },
    async insert(name) {
      await eject();
      await execa("fusefat", ["-o", "rw+", imageOf(name), folder], { stdio: "ignore" });
      inserted = true;
    },
    eject,
    async close() {
      await eject();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** mkfs.vfat stands in /usr/sbin, which is not on everybody's PATH. */
const ON_PATH = { env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` } };
