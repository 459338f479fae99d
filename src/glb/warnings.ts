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
    ...templateWarnings(summary),
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
    const entries = count(times, "transaction");
    const what =
      message === 0
        ? `${entries} should be looked at`
        : `IMPORT will log message ${message} for ${entries} and not take ${times === 1 ? "it as it is" : "them as they are"}`;
    return [
      {
        text: `${what}; first at byte ${first.offset}: ${first.problem.text}`,
        ...(message in HINTS ? { hint: HINTS[message] } : {}),
        facts: { message, count: times, examples },
      },
    ];
  });
}

/** What to know beside the problem's own text. */
const HINTS: Readonly<Record<number, string>> = {
  12: "In a text import (IMPORT -f) the transaction before it is lost as well (Q104687).",
  27: "Names are unique within a list: only the first one stays (Q118447). IMPORT may call it message 28, a duplicate in the queue.",
  29: "For a change of a name that is not there IMPORT makes an extra entry (Q117260).",
  47: "IMPORT before 3.5.30 may crash on a malformed change (Q194819).",
  81: "Several of them can hang IMPORT. Repair the groups on the directory server (Q122689).",
};

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

function templateWarnings({ lists, templateData }: Summary): ListWarning[] {
  const templates = lists.filter(({ template }) => template).length;
  if (templates === 0 && templateData === 0) return [];
  const wiped = templates === 0 ? "" : ` A template wipes the template data that its list has (Q104281).`;
  return [
    {
      text: `The list brings ${count(templates, "template")}, and template data for ${count(templateData, "entry", "entries")}.${wiped} A postoffice whose option Templates Receive is off logs message 73 and takes the addresses alone.`,
      reference: "Q96003",
      facts: { templates, templateData },
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
