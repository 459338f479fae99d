import type { PushResult } from "../push/push.ts";
import type { Delivered } from "../transfer/deliver.ts";
import { wrap } from "../report/style.ts";
import { GLB_NAME, MANIFEST_NAME, volumeNames } from "../transfer/names.ts";

/** What is now where, for a person at the end of a push. */
export function showPush({ outcome, manifest, targets }: PushResult, width: number): string {
  if (manifest === undefined) return "Dry run: nothing was changed.";
  const lines = [
    heading(outcome),
    `  List      ${manifest.size.toLocaleString("en-US")} bytes for ${manifest.requestors.join(", ")}`,
    ...(manifest.counts
      ? [`  Holds     ${manifest.counts.addresses.toLocaleString("en-US")} addresses in ${manifest.counts.lists} lists`]
      : []),
    ...(manifest.header
      ? [
          `  Numbers   IMPSEQ ${manifest.header.impSeq}, REQSEQ ${manifest.header.reqSeq}, SRVSEQ ${manifest.header.srvSeq}`,
        ]
      : []),
    `  SHA-256   ${manifest.sha256}`,
    `  Delivery  ${manifest.id}${manifest.signature ? `, signed with key ${manifest.signature.key}` : ""}`,
    ...targets.map((target) => {
      const what = target.ok
        ? `${showNames(target)}, ${target.readBack === false ? "sent, but not read back" : "read back"}`
        : `failed: ${target.error.message}`;
      return `  ${target.ok ? "At" : "NOT at"}${target.ok ? "        " : "    "}${wrap(`${target.target}: ${what}`, width, " ".repeat(12))}`;
    }),
    "",
    wrap(`Next: ${nextStep(targets)}`, width, "      "),
  ];
  return lines.join("\n");
}

function nextStep(targets: PushResult["targets"]): string {
  const [first] = targets;
  if (first?.ok && first.inPostoffice)
    return "the postoffice's own dirsync cycle imports it; resync log shows how it went";
  return `resync import --from ${first?.target ?? "PLACE"} --postoffice DIR`;
}

function showNames({
  volumes,
  archive,
  inPostoffice,
}: Pick<Delivered, "volumes" | "archive" | "inPostoffice">): string {
  if (inPostoffice) return `GLB\\${GLB_NAME}`;
  if (archive) return "a tar archive";
  if (volumes === undefined) return `${GLB_NAME} and ${MANIFEST_NAME}`;
  const [first, last] = [volumeNames(1), volumeNames(volumes)];
  if (volumes === 1) return `${first.file} and ${first.manifest}`;
  return `${first.file} to ${last.file}, ${first.manifest} to ${last.manifest}`;
}

function heading(outcome: PushResult["outcome"]): string {
  switch (outcome) {
    case "delivered":
      return "Delivered.";
    case "unchanged":
      return "Unchanged: this very list stands there already.";
    case "partly delivered":
      return "Delivered to some places only.";
    case "dry run":
      return "Dry run.";
  }
}
