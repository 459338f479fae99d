import { ResyncError } from "../../../errors.ts";
import type { ListedName, PostofficeOptions } from "../options.ts";

/** Throws `CONFIG_INVALID` for names a postoffice cannot hold: 1 to 10 characters, aliases 1 to 30 (Q96001), each postoffice and gateway once. */
export function checkOptions(options: PostofficeOptions): void {
  const external = options.external ?? [];
  const nodes = [{ network: options.network ?? "SIMNET", postoffice: options.postoffice ?? "SIMPO" }, ...external];
  for (const { network, postoffice } of nodes) {
    checkLength("network", network, 10);
    checkLength("postoffice", postoffice, 10);
  }
  checkLength("password", options.password ?? "password", 8);
  checkNames(options.users ?? [], 10);
  for (const { names } of external) checkNames(names ?? [], 10);
  for (const { names } of options.gateways ?? []) checkNames(names ?? [], 0xffff);
  checkOnce(nodes.map(({ network, postoffice }) => `${network}/${postoffice}`));
  for (const name of [options.dss ?? [], options.requestors ?? []].flat()) checkPath(name);
  checkOnce((options.gateways ?? []).map(({ type }) => type));
}

function checkPath(name: string): void {
  const [network = "", postoffice = "", ...rest] = name.split("/");
  if (rest.length > 0) throw refused(`"${name}" is no NETWORK/POSTOFFICE.`);
  checkLength("network", network, 10);
  checkLength("postoffice", postoffice, 10);
}

function checkNames(names: readonly ListedName[], longest: number): void {
  for (const { alias, address } of names) {
    checkLength("alias", alias, 30);
    checkLength("address", address, longest);
  }
  checkOnce(names.map(({ alias }) => alias));
}

function checkLength(what: string, text: string, longest: number): void {
  if (text.length >= 1 && text.length <= longest) return;
  throw refused(`The ${what} "${text}" has ${text.length} characters; 1 to ${longest} are possible.`);
}

function checkOnce(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toUpperCase())) throw refused(`"${name}" is there twice.`);
    seen.add(name.toUpperCase());
  }
}

function refused(message: string): ResyncError {
  return new ResyncError("CONFIG_INVALID", { message, state: "Nothing was built." });
}
