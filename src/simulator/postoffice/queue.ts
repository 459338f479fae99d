import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { decodeGlb } from "../../glb/read-known.ts";
import type { GlbRecord } from "../../glb/record.ts";
import { encodeGlb } from "../../glb/write.ts";
import type { PostofficeFiles } from "./files.ts";

/**
 * The four queues that are empty whenever nobody works on them (Q122750). Their records, like those of RESYNC.GLB and REQTRANS.GLB,
 * are in one layout, which is an assumption: the standard one agrees with the two documented sizes, 24 bytes beside the text and its NUL.
 */
export const QUEUES = ["SRVTRANS", "USRTRANS", "NMETRANS", "GWTRANS"] as const;

export type Queue = (typeof QUEUES)[number];

/** IMPORT's temporaries (Q122750, Q96060). Which of them it makes when is an assumption. */
export const TEMPORARIES = ["IUSRTRAN", "INMETRAN", "IGWTRANS", "SRVUPDS", "REQUPDS", "ILOCAL", "INDEX"] as const;

/** What is left in REQTRANS.GLB when all is acknowledged: 49 bytes (Q133428). The wording is an assumption of the right length. */
export const ACKNOWLEDGEMENT = "# Acknowledgement dummy.";

/** The records of `GLB/<name>.GLB`; none when it is missing. Throws `FILE_NOT_USABLE` at the first that cannot be read. */
export async function* readQueue(files: PostofficeFiles, name: string): AsyncGenerator<GlbRecord> {
  if (files.size(`GLB/${name}.GLB`) > 0)
    yield* decodeGlb(createReadStream(files.path(`GLB/${name}.GLB`)), { layout: files.queueLayout });
}

/** Writes `GLB/<name>.GLB` whole. */
export async function writeQueue(
  files: PostofficeFiles,
  name: string,
  records: Iterable<GlbRecord> | AsyncIterable<GlbRecord>,
): Promise<void> {
  await pipeline(
    encodeGlb(records, { layout: files.queueLayout, onUnmappable: () => undefined }),
    createWriteStream(files.path(`GLB/${name}.GLB`)),
  );
}

/** Appends records to `GLB/<name>.GLB`, some thousands at a time. */
export interface QueueAppender {
  add(record: GlbRecord): Promise<void>;
  /** Writes what is still held. */
  flush(): Promise<void>;
}

export function queueAppender(files: PostofficeFiles, name: string): QueueAppender {
  let held: GlbRecord[] = [];
  const flush = async (): Promise<void> => {
    const isNew = files.size(`GLB/${name}.GLB`) === 0;
    const layout = isNew ? files.queueLayout : { ...files.queueLayout, fileHeader: [] };
    for await (const chunk of encodeGlb(held, { layout })) files.append(`GLB/${name}.GLB`, chunk);
    held = [];
  };
  return {
    async add(record) {
      held.push(record);
      if (held.length >= 4096) await flush();
    },
    flush,
  };
}

/** Takes away every temporary, the SORTnnnn files too. */
export function removeTemporaries(files: PostofficeFiles): void {
  const sorts = files.list("GLB").filter((name) => /^SORT\d{4}\.GLB$/u.test(name));
  for (const name of [...TEMPORARIES.map((temporary) => `${temporary}.GLB`), ...sorts]) files.remove(`GLB/${name}`);
}
