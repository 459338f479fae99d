import { fileURLToPath } from "node:url";
import { ResyncError } from "../errors.ts";

/** A folder on this machine, or one the operating system reaches by itself (a UNC path, a mounted share). */
export interface LocalAddress {
  readonly kind: "local";
  readonly path: string;
  /** `media:`: on a disk that is carried about, and read back past the system's cache where that can be done. */
  readonly medium?: boolean;
}

/** A folder behind an SSH server. `path` is absolute (`/srv/in`, `/C:/in`) or starts with `~` for the login folder. */
export interface SftpAddress {
  readonly kind: "sftp";
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** A folder on a share; `path` is below the share, `/` between its parts, empty for the share itself. `smb1` goes through smbclient. */
export interface SmbAddress {
  readonly kind: "smb" | "smb1";
  readonly domain: string | undefined;
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly share: string;
  readonly path: string;
}

/** Where a place is, without any secret. */
export type PlaceAddress = LocalAddress | SftpAddress | SmbAddress;

const DEFAULT_PORT = { sftp: 22, smb: 445, smb1: 139 } as const;

/**
 * Reads what a person writes for a place: a path (`/srv/in`, `C:\in`, `in`), a UNC path (`\\host\share\in`), `file:` URL,
 * `media:` before a path (a disk that is carried about), `sftp://user@host[:port]/path` (`/~/in` is below the login folder), `smb://[domain;]user@host[:port]/share/path`, `smb1://…`.
 * In URLs `%40` stands for `@` and so on. Throws `USAGE` for anything else, and for a password in the address.
 */
export function parsePlaceAddress(text: string): PlaceAddress {
  if (text.trim() === "" || text.includes("\0")) throw usage(text, "is empty or holds a NUL character");
  const scheme = /^([a-z][a-z0-9+.-]+):/iu.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: "local", path: text };
  if (scheme === "media") return { kind: "local", path: mediumPath(text), medium: true };
  if (scheme === "file") return { kind: "local", path: fromFileUrl(text) };
  if (scheme === "sftp") return parseSftp(text);
  if (scheme === "smb" || scheme === "smb1") return parseSmb(text, scheme);
  if (!/^[a-z0-9+.-]+:\/\//iu.test(text)) return { kind: "local", path: text };
  throw usage(text, `has the unknown scheme ${scheme}://`);
}

/** The address as text, for labels, journals and messages; `parsePlaceAddress` reads it back. Holds no secret. */
export function formatPlaceAddress(address: PlaceAddress): string {
  if (address.kind === "local") return address.medium ? `media:${address.path}` : address.path;
  const domain =
    address.kind === "sftp" || address.domain === undefined ? "" : `${encodeURIComponent(address.domain)};`;
  const who = domain + encodeURIComponent(address.user ?? "");
  const login = who === "" ? "" : `${who}@`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const port = address.port === DEFAULT_PORT[address.kind] ? "" : `:${address.port}`;
  if (address.kind === "sftp") {
    const path = address.path.startsWith("~") ? `/${address.path}` : address.path;
    return `sftp://${login}${host}${port}${encodePath(path)}`;
  }
  const path = address.path === "" ? "" : `/${encodePath(address.path)}`;
  return `${address.kind}://${login}${host}${port}/${encodeURIComponent(address.share)}${path}`;
}

/** How a UNC path, `\\\\host\\share\\in`, is written as an `smb://` place, with USER in the user's stead; `undefined` for any other path. */
export function uncAsSmb(path: string): string | undefined {
  const [host = "", ...rest] = /^\\\\([^\\].*)$/su.exec(path)?.[1]?.split(/[\\/]+/u) ?? [];
  return host === "" ? undefined : `smb://USER@${[host, ...rest.filter(Boolean).map(encodeURIComponent)].join("/")}`;
}

/**
 * An SFTP path in the one form that goes over the wire: `/` between parts, no `.`, `..` or doubled `/`; `C:\x`, `C:/x` and `/C:/x`
 * become `/C:/x`, which Windows servers understand. A path that starts with `~` stays relative to the login folder.
 */
export function normalizeSftpPath(path: string): string {
  const windows = /^\/*([a-z]:)(?:[\\/]|$)/iu.exec(path);
  const slashed = windows ? path.replaceAll("\\", "/").replace(/^\/*/u, "/") : path;
  const home = /^\/*~(?=\/|$)/u.exec(slashed);
  const parts: string[] = [];
  for (const part of (home ? slashed.slice(home[0].length) : slashed).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return home ? ["~", ...parts].join("/") : `/${parts.join("/")}`;
}

function parseSftp(text: string): SftpAddress {
  const { domain, user, host, port, path } = parseUrl(text, "sftp");
  if (domain !== undefined) throw usage(text, "has a domain, which SFTP does not know");
  if (path === "")
    throw usage(text, "names no folder", "Write sftp://user@host/path, or sftp://user@host/~ for the login folder.");
  return { kind: "sftp", user, host, port, path: normalizeSftpPath(path) };
}

function parseSmb(text: string, kind: "smb" | "smb1"): SmbAddress {
  const { domain, user, host, port, path } = parseUrl(text, kind);
  const [share, ...rest] = path
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  if (share === undefined) throw usage(text, "names no share", `Write ${kind}://user@host/share/path.`);
  if (share === ".." || rest.includes("..")) throw usage(text, 'climbs with ".."');
  return { kind, domain, user, host, port, share, path: rest.join("/") };
}

interface UrlParts {
  domain: string | undefined;
  user: string | undefined;
  host: string;
  port: number;
  /** Decoded; empty or starting with `/`. */
  path: string;
}

/** Own splitting, not `URL`: that one resolves `..`, lower-cases nothing here and refuses `domain;user`. */
function parseUrl(text: string, scheme: keyof typeof DEFAULT_PORT): UrlParts {
  const authority = /^[a-z0-9]+:\/\/([^/\\?#]*)(.*)$/isu.exec(text);
  const [, login = "", path = ""] = authority ?? [];
  const at = login.lastIndexOf("@");
  const who = at < 0 ? undefined : login.slice(0, at);
  if (who?.includes(":")) throw passwordInAddress(text, scheme);
  const where = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^[\]:\s]+))(?::(\d{1,5}))?$/iu.exec(login.slice(at + 1));
  if (where === null) throw usage(text, "names no host that can be read");
  const port = where[3] === undefined ? DEFAULT_PORT[scheme] : Number(where[3]);
  if (port < 1 || port > 65_535) throw usage(text, `has the impossible port ${port}`);
  const [, domain, user] = /^(?:([^;]*);)?(.*)$/su.exec(who ?? "") ?? [];
  return {
    domain: domain === undefined ? undefined : decode(text, domain),
    user: user === undefined || user === "" ? undefined : decode(text, user),
    host: where[1] ?? decode(text, where[2] ?? ""),
    port,
    path: decode(text, path),
  };
}

function mediumPath(text: string): string {
  const path = text.slice("media:".length);
  if (path !== "") return path;
  throw usage(text, "names no folder", "Write media: and the path of the disk: media:/media/floppy, media:A:\\");
}

function fromFileUrl(text: string): string {
  try {
    return fileURLToPath(new URL(text));
  } catch (cause) {
    throw usage(text, "is no usable file: URL", "Write file:///path, or just the path.", cause);
  }
}

function decode(text: string, part: string): string {
  try {
    const decoded = decodeURIComponent(part);
    if (!decoded.includes("\0")) return decoded;
  } catch {
    // A % that is no escape: said below like any other.
  }
  throw usage(text, `holds "${part}", which is no correct percent-encoding`, "Write %25 for a percent sign.");
}

function encodePath(path: string): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(part).replaceAll("%3A", ":"))
    .join("/");
}

function usage(text: string, why: string, hint?: string, cause?: unknown): ResyncError {
  return new ResyncError("USAGE", {
    message: `The place "${withoutPassword(text)}" ${why}.`,
    hint:
      hint ??
      "A place is a path, media:path, file:///path, sftp://user@host/path, smb://user@host/share/path or smb1://….",
    cause,
  });
}

function passwordInAddress(text: string, scheme: string): ResyncError {
  return new ResyncError("USAGE", {
    message: `The place "${withoutPassword(text)}" holds a password. Addresses stand in process lists, journals and logs.`,
    hint: `Write ${scheme}://user@host/… and give the password by environment variable, file, command or prompt. Change this password now if others can see this machine.`,
  });
}

function withoutPassword(text: string): string {
  return text.replace(/^([a-z0-9+.-]+:\/\/[^/:@]*):.*@/isu, "$1:***@");
}
