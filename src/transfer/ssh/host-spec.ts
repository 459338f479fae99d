import { ResyncError } from "../../errors.ts";
import { parsePlaceAddress } from "../place-address.ts";

/** Reads `host`, `host:port`, `[v6]:port`, a bare IPv6 address, or an sftp:// address. Throws `USAGE`. */
export function parseHostSpec(text: string): { host: string; port: number } {
  const spec = text.trim();
  if (/^[0-9a-f]*:[0-9a-f:.]+(?:%[\w.-]+)?$/iu.test(spec) && spec.split(":").length > 2)
    return { host: spec, port: 22 };
  const url = /^[a-z0-9+.-]+:\/\//iu.test(spec) ? spec : `sftp://${spec}/`;
  const address = parsePlaceAddress(/^sftp:\/\/[^/]+$/iu.test(url) ? `${url}/` : url);
  if (address.kind === "sftp") return { host: address.host, port: address.port };
  throw new ResyncError("USAGE", {
    message: `"${text}" is no SSH server.`,
    hint: "Write host, host:port, [IPv6]:port or sftp://host:port/.",
  });
}
