import iconv from "iconv-lite";
import type { WindowsMachine } from "./machine.ts";
import { runWindows } from "./run.ts";

/**
 * Text of a Windows program. They print in the console's (OEM) code page, some in UTF-16; only names and messages for people are taken
 * from it, never a decision.
 */
export function decodeConsole(bytes: Buffer, codePage: number): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  const encoding = codePage === 65_001 ? "utf8" : `cp${codePage}`;
  return iconv.decode(bytes, iconv.encodingExists(encoding) ? encoding : "cp850");
}

/** The OEM code page of the machine that the programs run on: `Nls\CodePage`, value `OEMCP`; 850 when it cannot be had. */
export async function oemCodePage(machine: WindowsMachine, timeoutMs: number): Promise<number> {
  const key = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage";
  const { stdout } = await runWindows(machine, "reg", ["query", key, "/v", "OEMCP"], timeoutMs);
  return Number(/REG_SZ\s+(\d+)/u.exec(stdout.toString("latin1"))?.[1] ?? 850);
}
