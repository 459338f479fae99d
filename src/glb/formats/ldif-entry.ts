export type Attribute = readonly [name: string, value: string];

/** One LDIF entry with an empty line behind it. Values that stand there twice, in any case, are written once. */
export function ldifEntry(dn: string, attributes: readonly Attribute[]): string {
  const seen = new Set<string>();
  const lines = attributes.filter(([name, value]) => {
    const key = `${name} ${value}`.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return `${[["dn", dn] as const, ...lines].map(([name, value]) => line(name, value)).join("")}\n`;
}

/** A remark in ASCII, with an empty line behind it. */
export function asciiRemark(text: string): string {
  return `# ${text.replaceAll(/[^\u0020-\u007e]/gu, "?")}\n\n`;
}

/** A value within a distinguished name (RFC 4514). */
export function escapeDn(value: string): string {
  return value
    .replaceAll(/[",+;<>\\=]/gu, String.raw`\$&`)
    .replaceAll(/[\u0000-\u001f]/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replace(/^[ #]/u, String.raw`\$&`)
    .replace(/(?<=.) $/u, String.raw`\ `);
}

/** `name: value`, or base64 where LDIF wants it, folded to 76 columns. */
function line(name: string, value: string): string {
  const isSafe = /^[\u0020-\u007e]*$/u.test(value) && !/^[ :<]| $/u.test(value);
  const whole = isSafe ? `${name}: ${value}` : `${name}:: ${Buffer.from(value, "utf8").toString("base64")}`;
  const parts = [whole.slice(0, 76)];
  for (let at = 76; at < whole.length; at += 75) parts.push(` ${whole.slice(at, at + 75)}`);
  return `${parts.join("\n")}\n`;
}
