import type { Summary } from "./summary-model.ts";
import { addressTypes, count, type Inside } from "./summary-text.ts";

/** Something an administrator should know before a list goes on its way; the shape of a report's warning. */
export interface ListWarning {
  readonly text: string;
  readonly hint?: string;
  readonly reference?: string;
  readonly facts: Record<string, unknown>;
}

/** Everything worth a warning in a list that was read, the gravest first. */
export function listWarnings(inside: Inside): ListWarning[] {
  const { summary } = inside;
  return [
    ...damageWarnings(summary),
    ...faultWarnings(summary),
    ...emptinessWarnings(summary),
    ...headerWarnings(summary),
    ...problemWarnings(summary),
    ...gatewayWarnings(summary),
    ...confidenceWarnings(inside),
  ];
}

function damageWarnings({ damage }: Summary): ListWarning[] {
  const [first] = damage.examples;
  if (first === undefined) return [];
  return [
    {
      text: `${count(damage.bytes, "byte")} in ${count(damage.count, "place")} are no record, first at byte ${first.offset}: ${first.why}.`,
      hint: "The file seems damaged; IMPORT may stop there. Copy it again, or have it generated again.",
      facts: { damage },
    },
  ];
}

/** Differences in bytes of unknown meaning that so many records have are no damage. */
const USUAL = 0.01;

function faultWarnings({ faults, records }: Summary): ListWarning[] {
  return faults.flatMap(({ what, count: times, examples }) => {
    const [first] = examples;
    if (first === undefined || (what === "fixed" && times > records * USUAL)) return [];
    return [
      {
        text: `${count(times, "record")} can be read and are not as they should be, first at byte ${first.offset}: ${first.text}.`,
        hint: "The file may be damaged. Copy it again, or have it generated again.",
        facts: { what, count: times, examples },
      },
    ];
  });
}

function emptinessWarnings({ kinds, lists }: Summary): ListWarning[] {
  if (kinds.add > 0) return [];
  const emptied = lists.filter(({ replaced }) => replaced).length;
  return [
    {
      text: `The list holds no addresses${emptied === 0 ? "" : `, and would empty ${count(emptied, "list")} of the postoffice`}.`,
      hint: "Check on the DSS which containers are exported to this requestor (Export Containers page).",
      reference: "Q180297",
      facts: { emptied },
    },
  ];
}

function headerWarnings({ header }: Summary): ListWarning[] {
  if (header !== undefined) return [];
  return [
    {
      text: "No record names IMPSEQ, REQSEQ and SRVSEQ, so the header numbers are unknown.",
      reference: "Q119449",
      facts: {},
    },
  ];
}

function problemWarnings({ problems }: Summary): ListWarning[] {
  return problems.flatMap(({ message, count: times, examples }) => {
    const [first] = examples;
    if (first === undefined) return [];
    const log = message === 0 ? "" : ` IMPORT will log message ${message} for ${times === 1 ? "it" : "each"}.`;
    return [
      {
        text: `${count(times, "entry", "entries")} will not be taken as they are, first at byte ${first.offset}: ${first.problem.text}${log}`,
        facts: { message, count: times, examples },
      },
    ];
  });
}

/** Types whose lists every postoffice has. */
const WITHOUT_GATEWAY = new Set(["PCM", "CSI", "MS"]);

function gatewayWarnings(summary: Summary): ListWarning[] {
  const gateways = [...addressTypes(summary)].filter(([type, adds]) => adds > 0 && !WITHOUT_GATEWAY.has(type));
  if (gateways.length === 0) return [];
  const names = gateways.map(([type, adds]) => `${type} (${adds.toLocaleString("en")})`).join(", ");
  return [
    {
      text: `The list holds addresses of gateways: ${names}. A postoffice without such a gateway logs Error 44 for it and goes on.`,
      hint: "Nothing is to be done about a gateway that the postoffice does not have.",
      reference: "Q122751",
      facts: { gateways: Object.fromEntries(gateways) },
    },
  ];
}

function confidenceWarnings({ layout }: Inside): ListWarning[] {
  if (layout.confidence !== "low") return [];
  return [
    {
      text: `Only ${count(layout.records, "record")} to learn the file's layout from: texts can be read, numbers are uncertain.`,
      facts: { confidence: layout.confidence },
    },
  ];
}
