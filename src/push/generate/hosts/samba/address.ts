import { ResyncError } from "../../../../errors.ts";

/** Who goes where: `samba://[domain;]user@host[:port]`. */
export interface SambaAddress {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string;
  readonly domain: string | undefined;
}

/** Reads `samba://[domain;]user@host[:port]`; `%40` stands for `@` and so on. Throws `USAGE` for anything else and for a password. */
export function parseSambaAddress(text: string): SambaAddress {
  const found = /^samba:\/\/(?:([^;@/]*);)?([^@/:;]*)@(\[[0-9a-f:.]+\]|[^@/:[\]]+)(?::(\d{1,5}))?\/?$/iu.exec(text);
  if (found === null) throw usage(text);
  const [, domain, user = "", host = "", port] = found;
  const name = decode(user, text);
  if (name === "" || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) throw usage(text);
  return {
    host: host.replace(/^\[|\]$/gu, ""),
    port: port === undefined ? undefined : Number(port),
    user: name,
    domain: domain === undefined || domain === "" ? undefined : decode(domain, text),
  };
}

/** The address as text, without any secret; `parseSambaAddress` reads it back. */
export function formatSambaAddress({ host, port, user, domain }: SambaAddress): string {
  const where = host.includes(":") ? `[${host}]` : host;
  const account = `${domain === undefined ? "" : `${encodeURIComponent(domain)};`}${encodeURIComponent(user)}`;
  return `samba://${account}@${where}${port === undefined ? "" : `:${port}`}`;
}

function decode(part: string, whole: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw usage(whole);
  }
}

function usage(text: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `"${text.replace(/:[^:@/]*@/u, ":***@")}" is not the address of a DSS behind Samba.`,
    hint: "Write samba://[domain;]user@host[:port]. The password comes from RESYNC_DSS_PASSWORD, a file, a command or the prompt.",
  });
}
