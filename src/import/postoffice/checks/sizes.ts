import type { PostofficeEntry } from "../census.ts";
import { check, type Check, type CheckInput } from "../check.ts";
import { GATEWAY_TYPES } from "../layout.ts";
import { SIZE_RULES, type SizeRule } from "../size-rules.ts";

/** Every size rule on every file it is for: one check for each file that breaks one, or a single one that all keep them. */
export function checkSizes({ census }: Pick<CheckInput, "census">): Check[] {
  const files = [...census.entries.values()].filter(({ kind }) => kind === "file");
  const ruled = SIZE_RULES.flatMap((rule) =>
    files.filter(({ key }) => rule.files.test(key)).map((file) => ({ rule, file })),
  );
  const broken = ruled.filter(({ rule, file }) => !rule.fits(file.size));
  const access = userCount(files);
  const { ok } = check("sizes", "File sizes", "Q77926");
  return [
    ...broken.map(({ rule, file }) => breach(rule, file)),
    ...(access ? [access] : []),
    ...gatewayPairs(files),
    ...(broken.length === 0 ? [ok(`${ruled.length} files keep their rule`)] : []),
  ];
}

function breach({ rule, breach, articles }: SizeRule, { key, size }: PostofficeEntry): Check {
  const { refused, warning } = check(`size:${key}`, `Size of ${key.replace("/", "\\")}`, articles.join(", "));
  const found = `${size} bytes, must be ${rule}`;
  return breach === "refused"
    ? refused(
        found,
        "The file is damaged. Restore it from a backup, or run the postoffice's diagnostics, before the import.",
      )
    : warning(found, "The file is damaged. The import does not use it; run the postoffice's diagnostics.");
}

/** The three ACCESS files hold one record for each user, live or deleted: the same number in all (Q87465, Q112923). */
function userCount(files: readonly PostofficeEntry[]): Check | undefined {
  const { refused } = check("users", "As many users in ACCESS, ACCESS2 and ACCESS3", "Q87465, Q112923");
  const counts = [
    ["GLB/ACCESS.GLB", 586],
    ["GLB/ACCESS2.GLB", 69],
    ["GLB/ACCESS3.GLB", 512],
  ].flatMap(([name, record]) =>
    files.filter(({ key }) => key === name).map(({ key, size }) => ({ key, count: size / Number(record) })),
  );
  if (counts.some(({ count }) => !Number.isInteger(count)) || new Set(counts.map(({ count }) => count)).size <= 1)
    return undefined;
  return refused(
    counts.map(({ key, count }) => `${key.slice(4)} ${count}`).join(", "),
    "The user files are damaged. Restore the heart files together from a backup (Q199676).",
  );
}

/** A gateway list with addresses and no names makes IMPORT log Error 46 (Q119240, Q123856). */
function gatewayPairs(files: readonly PostofficeEntry[]): Check[] {
  const size = (key: string) => files.find((file) => file.key === key)?.size;
  return GATEWAY_TYPES.flatMap((type) => {
    const addresses = size(`GLB/${type}.GLB`);
    if (addresses === undefined || addresses <= 4 || size(`NME/${type}.NME`) !== 0) return [];
    const { warning } = check(`gateway:${type}`, `Gateway list ${type}`, "Q119240");
    return [
      warning(
        `GLB\\${type}.GLB has ${addresses} bytes, NME\\${type}.NME is empty: addresses without names`,
        "IMPORT will log Error 46. Repair the gateway list in ADMIN.",
      ),
    ];
  });
}
