import * as fc from "fast-check";
import type { Checksum } from "../../../src/glb/checksum.ts";
import { fieldsWidth, type GlbLayout, type LayoutField, type NumberForm } from "../../../src/glb/layouts.ts";

const byteOrder = fc.constantFrom("le" as const, "be" as const);

const syncField: fc.Arbitrary<LayoutField> = fc.oneof(
  fc.record({ kind: fc.constant("sync" as const), width: fc.constantFrom(2, 3, 4), form: byteOrder }),
  fc.record({
    kind: fc.constant("sync" as const),
    width: fc.integer({ min: 6, max: 10 }),
    form: fc.constant("decimal" as const),
  }),
);

const stampField: fc.Arbitrary<LayoutField> = fc.oneof(
  { weight: 4, arbitrary: byteOrder.map((form): LayoutField => ({ kind: "stamp", width: 4, form })) },
  { weight: 1, arbitrary: fc.constant<LayoutField>({ kind: "stamp", width: 10, form: "decimal" }) },
);

const checksumRule: fc.Arbitrary<Checksum> = fc.oneof(
  fc.record({
    kind: fc.constant("crc" as const),
    polynomial: fc.oneof(
      fc.constantFrom(0x1021, 0x8005),
      fc.integer({ min: 0, max: 0x7fff }).map((half) => half * 2 + 1),
    ),
    start: fc.oneof(fc.constantFrom(0, 0xffff), fc.integer({ min: 0, max: 0xffff })),
    reflected: fc.boolean(),
    xorOut: fc.constantFrom(0, 0xffff),
  }),
  fc.record({
    kind: fc.constantFrom("sum" as const, "negated-sum" as const, "xor" as const),
    start: fc.integer({ min: 0, max: 0xffff }),
  }),
);

interface Plan {
  readonly sync: LayoutField;
  readonly stamp: LayoutField;
  readonly length: { width: number; form: NumberForm; counts: "text" | "terminated" | "record" | "slot" } | undefined;
  readonly checksum: { rule: Checksum; form: "le" | "be"; coversHeader: boolean } | undefined;
  readonly fillers: readonly number[][];
  readonly order: readonly number[];
  /** How many of the fields stand behind the text. */
  readonly behind: number;
  readonly terminator: readonly number[];
  readonly align: number;
  readonly padByte: number;
  readonly fileHeader: readonly number[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  sync: syncField,
  stamp: stampField,
  length: fc.option(
    fc.record({
      width: fc.constantFrom(1, 2, 4),
      form: byteOrder,
      counts: fc.constantFrom("text" as const, "terminated" as const, "record" as const, "slot" as const),
    }),
    { nil: undefined },
  ),
  checksum: fc.option(fc.record({ rule: checksumRule, form: byteOrder, coversHeader: fc.boolean() }), {
    nil: undefined,
  }),
  fillers: fc.array(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 10 }), { maxLength: 2 }),
  order: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
  behind: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) }),
  terminator: fc.oneof(
    { weight: 4, arbitrary: fc.constant([0]) },
    { weight: 2, arbitrary: fc.constantFrom([13, 10, 0], [13, 10], [10, 0], []) },
  ),
  align: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 2, arbitrary: fc.constantFrom(2, 4, 16, 128) }),
  padByte: fc.constantFrom(0, 0x20, 0xff),
  fileHeader: fc.oneof(
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 64 }) },
  ),
});

/**
 * Layouts of 8 to 40 bytes that nobody thought of: fields in any order, width, byte order, before and behind the text. A text that could not be ended
 * (no NUL and no length in front) gets a NUL.
 */
export const randomLayout: fc.Arbitrary<GlbLayout> = plan.map(build).filter((layout) => {
  const width = fieldsWidth(layout.before) + fieldsWidth(layout.after);
  return width >= 8 && width <= 40;
});

function build(plan: Plan): GlbLayout {
  const others: LayoutField[] = [
    plan.sync,
    plan.stamp,
    ...(plan.checksum === undefined ? [] : [checksumField(plan.checksum, 0)]),
    ...plan.fillers.map((bytes): LayoutField => ({ kind: "fixed", bytes })),
  ];
  const shuffled = others.map((field, index) => ({ field, key: plan.order[index] ?? 0 }));
  const fields = shuffled.toSorted((a, b) => a.key - b.key).map(({ field }) => field);
  const after = plan.behind === 0 ? [] : fields.splice(-plan.behind);
  const isSlot = plan.length?.counts === "slot";
  const hasEnd = plan.terminator.includes(0) || (plan.length !== undefined && !isSlot);
  const terminator = hasEnd ? plan.terminator : [0];
  const before = [...fields];
  if (plan.length !== undefined) {
    const { width, form, counts } = plan.length;
    const total = fieldsWidth(before) + width + fieldsWidth(after) + terminator.length;
    const plus =
      counts === "slot" ? "slot" : counts === "text" ? 0 : counts === "terminated" ? terminator.length : total;
    // One byte holds the length of any text that is tried, not that of a slot.
    const wide = Math.max(width, 2);
    before.splice((plan.order[5] ?? 0) % (before.length + 1), 0, { kind: "length", width: wide, form, plus });
  }
  // Where no NUL ends the texts, filling could not be told from them.
  const align = terminator.includes(0) ? plan.align : 1;
  return withCoverage({
    name: "random",
    fileHeader: plan.fileHeader,
    before,
    terminator,
    after,
    align,
    padByte: plan.padByte,
    newline: "\r\n",
  });
}

function checksumField({ rule, form, coversHeader }: NonNullable<Plan["checksum"]>, from: number): LayoutField {
  return {
    kind: "checksum",
    width: 2,
    form,
    checksum: rule,
    covers: { from: coversHeader ? from : -1, to: "terminator" },
  };
}

/** Checksums over the text alone begin where the text does. */
function withCoverage(layout: GlbLayout): GlbLayout {
  const text = fieldsWidth(layout.before);
  const placed = (field: LayoutField): LayoutField =>
    field.kind === "checksum" && field.covers.from < 0 ? { ...field, covers: { ...field.covers, from: text } } : field;
  return { ...layout, before: layout.before.map(placed), after: layout.after.map(placed) };
}
