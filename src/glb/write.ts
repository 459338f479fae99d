import { ResyncError } from "../errors.ts";
import { DEFAULT_CODE_PAGE, textCodec, type CodePage } from "./code-page.ts";
import { fieldChecksum, placeFields, placeOf, type PlacedField, type RecordSpan } from "./layout-checksum.ts";
import { fieldsWidth, SIMULATOR_LAYOUT, type GlbLayout } from "./layouts.ts";
import { writeNumber } from "./numbers.ts";
import type { GlbRecord } from "./record.ts";

/** How records are written. */
export interface EncodeOptions {
  /** Default: the simulator's, which is an assumption. */
  readonly layout?: GlbLayout;
  /** Default 850. */
  readonly codePage?: CodePage;
  /**
   * Called for a record whose text the code page cannot express; those characters are then written as `?`.
   * Without it such a record throws `FILE_NOT_USABLE`.
   */
  readonly onUnmappable?: (record: GlbRecord, characters: readonly string[]) => void;
}

const CHUNK = 128 * 1024;

/**
 * The bytes of a GLB queue file with `records`, in chunks of about 128 KiB that the caller owns. The texts must hold no NUL.
 * Throws `FILE_NOT_USABLE` while iterated when a text or number does not fit the layout or the code page.
 */
export async function* encodeGlb(
  records: Iterable<GlbRecord> | AsyncIterable<GlbRecord>,
  options: EncodeOptions = {},
): AsyncGenerator<Uint8Array> {
  const writer = recordWriter(options);
  if (Symbol.asyncIterator in records) {
    for await (const record of records) {
      if (writer.add(record)) yield writer.take();
    }
  } else {
    for (const record of records) {
      if (writer.add(record)) yield writer.take();
    }
  }
  const rest = writer.take();
  if (rest.length > 0) yield rest;
}

interface RecordWriter {
  /** Appends one record; true when a chunk is full. */
  add(record: GlbRecord): boolean;
  take(): Uint8Array;
}

function recordWriter(options: EncodeOptions): RecordWriter {
  const layout = options.layout ?? SIMULATOR_LAYOUT;
  const codec = textCodec(options.codePage ?? DEFAULT_CODE_PAGE);
  const fields = placeFields(layout);
  const checksums = fields.flatMap((placed) => {
    const compute = fieldChecksum(placed);
    return placed.field.kind === "checksum" && compute !== undefined ? [{ placed, field: placed.field, compute }] : [];
  });
  const textOffset = fieldsWidth(layout.before);
  const fixed = textOffset + layout.terminator.length + fieldsWidth(layout.after) + layout.align;
  const span: RecordSpan = { at: 0, textFrom: 0, textTo: 0, terminatedTo: 0 };
  const unmappable: string[] = [];
  let buffer = new Uint8Array(CHUNK * 2);
  let used = layout.fileHeader.length;
  buffer.set(layout.fileHeader);

  const encode = (record: GlbRecord): void => {
    const text = layout.newline === "\r\n" ? record.text : record.text.replaceAll("\r\n", layout.newline);
    const room = text.length * 2 + fixed;
    if (used + room > buffer.length) buffer = grown(buffer, used, room);
    span.at = used;
    span.textFrom = used + textOffset;
    span.textTo = codec.encodeInto(text, buffer, span.textFrom, unmappable);
    buffer.set(layout.terminator, span.textTo);
    span.terminatedTo = span.textTo + layout.terminator.length;
    const end = padded(span.terminatedTo + fieldsWidth(layout.after));
    for (const placed of fields) writeField(placed, record, end);
    for (const { placed, field, compute } of checksums) {
      writeNumber(buffer, placeOf(placed, span), field.width, field.form, compute(buffer, span));
    }
    used = end;
  };
  const padded = (end: number): number => {
    const excess = (end - span.at) % layout.align;
    const to = excess === 0 ? end : end + layout.align - excess;
    buffer.fill(layout.padByte, end, to);
    return to;
  };
  const writeField = (placed: PlacedField, record: GlbRecord, end: number): void => {
    const { field } = placed;
    const at = placeOf(placed, span);
    switch (field.kind) {
      case "sync":
        return writeNumber(buffer, at, field.width, field.form, record.sync);
      case "stamp":
        return writeNumber(buffer, at, field.width, field.form, record.stamp);
      case "length": {
        const value = field.plus === "slot" ? end - span.at : span.textTo - span.textFrom + field.plus;
        return writeNumber(buffer, at, field.width, field.form, value);
      }
      case "fixed":
        buffer.set(field.bytes, at);
        return undefined;
      case "checksum":
      case "opaque":
        buffer.fill(0, at, at + field.width);
        return undefined;
    }
  };
  return {
    add(record) {
      try {
        encode(record);
      } catch (error) {
        if (error instanceof RangeError) throw doesNotFit(record, layout, error);
        throw error;
      }
      if (unmappable.length > 0) {
        const characters = [...new Set(unmappable.splice(0))];
        if (options.onUnmappable === undefined) throw notInCodePage(record, characters, codec.codePage);
        options.onUnmappable(record, characters);
      }
      return used >= CHUNK;
    },
    take() {
      const chunk = buffer.subarray(0, used);
      buffer = new Uint8Array(CHUNK * 2);
      used = 0;
      return chunk;
    },
  };
}

function grown(buffer: Uint8Array, used: number, room: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(used + room + CHUNK);
  larger.set(buffer.subarray(0, used));
  return larger;
}

function doesNotFit(record: GlbRecord, layout: GlbLayout, cause: RangeError): ResyncError {
  return new ResyncError("FILE_NOT_USABLE", {
    message: `Record ${record.sync} ("${record.text.slice(0, 60)}") does not fit the layout "${layout.name}": ${cause.message}.`,
    facts: { sync: record.sync, layout: layout.name },
    cause,
  });
}

function notInCodePage(record: GlbRecord, characters: string[], codePage: CodePage): ResyncError {
  return new ResyncError("FILE_NOT_USABLE", {
    message: `Record ${record.sync} ("${record.text.slice(0, 60)}") holds ${characters.join(" ")}, which code page ${codePage} does not have.`,
    hint: "Choose the code page of the requestor's language, or change the name.",
    facts: { sync: record.sync, codePage, characters },
  });
}
