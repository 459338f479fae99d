import type { Address } from "./address.ts";
import type { Problem } from "./problem.ts";
import type { GlbHeader } from "./record.ts";

/** A name and its address. `address` is undefined when the line ends before it. */
export interface Entry {
  /** The alias, 1 to 30 characters (Q96001), without the blanks around it. */
  readonly name: string;
  readonly address: Address | undefined;
}

/** One line of template data, `- Prompt:/value`; `/` in the prompt is written `//` in the file (Q117198). */
export interface TemplateValue {
  readonly prompt: string;
  readonly value: string;
}

/** One field of a template definition, ` Prompt:~start~width~class~default~` (Q118447); its numbers and class are kept as text. */
export interface TemplateField {
  readonly prompt: string;
  readonly start: string;
  readonly width: string;
  readonly class: string;
  readonly fallback: string;
}

/** One transaction of the import grammar, `domain/requestor.md` §3.1. `problems` is empty when IMPORT takes it as it is. */
export type Transaction =
  | {
      readonly kind: "add";
      readonly entry: Entry;
      readonly details: readonly TemplateValue[];
      readonly problems: readonly Problem[];
    }
  | {
      readonly kind: "delete";
      readonly entry: Entry;
      readonly details: readonly TemplateValue[];
      readonly problems: readonly Problem[];
    }
  /** `to` is undefined when only template data follow, which some writers send (Q152424). */
  | {
      readonly kind: "modify";
      readonly entry: Entry;
      readonly to: Entry | undefined;
      readonly details: readonly TemplateValue[];
      readonly problems: readonly Problem[];
    }
  /** Empties a list before the adds that follow (Q96060). */
  | { readonly kind: "replace"; readonly list: Address; readonly problems: readonly Problem[] }
  /** Replaces a list's template, and wipes the template data there are (Q104281). */
  | {
      readonly kind: "template";
      readonly list: Address;
      readonly fields: readonly TemplateField[];
      readonly problems: readonly Problem[];
    }
  /** A `#` line: a remark or PODIAG's dummy (Q99419, Q110496). */
  | { readonly kind: "comment"; readonly text: string; readonly problems: readonly Problem[] }
  /** The transaction that names IMPSEQ, REQSEQ and SRVSEQ (Q119449). */
  | {
      readonly kind: "header";
      readonly text: string;
      readonly header: GlbHeader;
      readonly problems: readonly Problem[];
    }
  /** Nothing of the grammar. */
  | { readonly kind: "unknown"; readonly text: string; readonly problems: readonly Problem[] };

export type TransactionKind = Transaction["kind"];
