import { z } from "zod";

/** Bytes that a disk of each format holds in files, as MS-DOS formats it: clusters times their size. */
const FORMATS: Readonly<Record<string, number>> = {
  "360k": 354 * 1024,
  "720k": 713 * 1024,
  "1200k": 2371 * 512,
  "1440k": 2847 * 512,
  "2880k": 2863 * 1024,
};
const ALSO_CALLED: Readonly<Record<string, string>> = { "1.2m": "1200k", "1.44m": "1440k", "2.88m": "2880k" };
const UNIT: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A disk that is smaller is of no use. */
export const SMALLEST = 65_536;

/**
 * How much goes on one disk, in bytes of files: a floppy format (`1440k`, `1.44m`, `720k`, …), for which the file system's own share is
 * taken off, or what is free on an empty disk (`95m`, `100000000`).
 */
export const volumeSizeSchema = z.union([z.string(), z.number()]).transform((given, context) => {
  const text = String(given).trim().toLowerCase().replace(/b$/u, "");
  const format = FORMATS[ALSO_CALLED[text] ?? text];
  if (format !== undefined) return format;
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmg]?)$/u.exec(text) ?? [];
  const bytes = Math.floor(Number(amount) * (UNIT[unit] ?? 1));
  if (amount !== "" && bytes >= SMALLEST && Number.isSafeInteger(bytes)) return bytes;
  const message = `is no size of a disk; write 1440k, 720k, 95m or at least ${SMALLEST} bytes`;
  context.issues.push({ code: "custom", message, input: given });
  return z.NEVER;
});
