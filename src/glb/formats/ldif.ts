import { formatAddress, listOf, type Address } from "../address.ts";
import { nameSet } from "../name-set.ts";
import type { TemplateValue, Transaction } from "../transaction.ts";
import type { InspectedItems } from "./inspected.ts";
import { asciiRemark, escapeDn, ldifEntry, type Attribute } from "./ldif-entry.ts";

/** How LDIF is written. */
export interface LdifOptions {
  /** The entry under which all others hang. Default `dc=msmail`. */
  readonly base?: string | undefined;
}

/**
 * Entries as LDIF (RFC 2849) that `slapadd` loads with the core, cosine and inetorgperson schemas: an organizational unit a list, under it an
 * `inetOrgPerson` an added address, named by its address. An address that stands there twice is left out the second time, with a remark.
 */
export async function* ldifText(items: InspectedItems, options: LdifOptions = {}): AsyncGenerator<string> {
  const base = options.base ?? "dc=msmail";
  const units = new Set<string>();
  const addresses = nameSet();
  // No version line: slapadd 2.5 takes it for an attribute.
  yield baseEntry(base);
  for await (const batch of items) {
    let text = "";
    for (const item of batch) {
      if (item.kind === "damage" || item.transaction.kind !== "add") continue;
      const { address } = item.transaction.entry;
      if (address === undefined) continue;
      const unit = unitName(address);
      if (!units.has(unit)) {
        units.add(unit);
        text += unitEntry(unit, base);
      }
      const written = Buffer.from(`${unit} ${personId(address)}`.toLowerCase(), "utf8");
      const isNew = addresses.add(written, 0, written.length);
      text += isNew
        ? personEntry(item.transaction, address, unit, base)
        : asciiRemark(`left out, it stands above: ${formatAddress(address)}`);
    }
    yield text;
  }
}

function baseEntry(base: string): string {
  const dc = /^dc=([^,+]+)/iu.exec(base)?.[1];
  const o = /^o=([^,+]+)/iu.exec(base)?.[1];
  if (dc !== undefined) {
    return ldifEntry(base, [
      ["objectClass", "dcObject"],
      ["objectClass", "organization"],
      ["dc", dc],
      ["o", "MS Mail addresses"],
    ]);
  }
  if (o === undefined) return "";
  return ldifEntry(base, [
    ["objectClass", "organization"],
    ["o", o],
  ]);
}

/** `NET/PO`, or the type of a gateway. */
function unitName(address: Address): string {
  return listOf(address).replaceAll(/^PCM:|:$/gu, "");
}

/** What tells one address from another within its unit: the mailbox, or the whole value. */
function personId(address: Address): string {
  const mailbox = address.path?.mailbox ?? "";
  return mailbox === "" ? address.value : mailbox;
}

function unitEntry(unit: string, base: string): string {
  return ldifEntry(`ou=${escapeDn(unit)},${base}`, [
    ["objectClass", "organizationalUnit"],
    ["ou", unit],
  ]);
}

function personEntry(
  { entry: { name }, details }: Extract<Transaction, { kind: "add" }>,
  address: Address,
  unit: string,
  base: string,
): string {
  const id = personId(address) || "-";
  const shown = name || id;
  const comma = shown.indexOf(",");
  const surname = comma > 0 ? shown.slice(0, comma) : shown.slice(shown.lastIndexOf(" ") + 1);
  return ldifEntry(`uid=${escapeDn(id)},ou=${escapeDn(unit)},${base}`, [
    ["objectClass", "inetOrgPerson"],
    ["uid", id],
    ["cn", shown],
    ["sn", surname.trim() || shown],
    ["displayName", shown],
    ...mailAttribute(address),
    ["description", formatAddress(address)],
    ...details.flatMap((detail) => detailAttribute(detail)),
  ]);
}

/** The attribute takes ASCII only. */
function mailAttribute({ type, value }: Address): Attribute[] {
  return type === "SMTP" && /^[\u0021-\u007e]+$/u.test(value) ? [["mail", value]] : [];
}

/** Only what the attribute's syntax allows goes there; everything else is a description. */
function detailAttribute({ prompt, value }: TemplateValue): Attribute[] {
  if (value.trim() === "") return [];
  const isNumber = /^[0-9 ()+./-]+$/u.test(value) && /\d/u.test(value);
  if (isNumber && /phone/iu.test(prompt)) return [["telephoneNumber", value]];
  if (isNumber && /fax/iu.test(prompt)) return [["facsimileTelephoneNumber", value]];
  if (/^title$/iu.test(prompt)) return [["title", value]];
  return [["description", `${prompt}: ${value}`]];
}
