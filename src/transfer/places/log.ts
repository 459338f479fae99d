import { asResyncError } from "../../errors.ts";
import type { Reporter } from "../../report/reporter.ts";
import type { Place } from "../place.ts";

/** Tells the reporter every act on a place, how long it took and how it ended, as debug events. */
export function withLog(place: Place, reporter: Reporter): Place {
  const tell = (act: string, started: number, how: string): void => {
    const ms = Math.round(performance.now() - started);
    reporter.emit({ type: "debug", text: `${place.label}: ${act}: ${how} (${ms} ms)` });
  };
  const logged = async <T>(act: string, work: () => Promise<T>, show: (result: T) => string): Promise<T> => {
    const started = performance.now();
    try {
      const result = await work();
      tell(act, started, show(result));
      return result;
    } catch (error) {
      tell(act, started, failed(error));
      throw error;
    }
  };
  return {
    label: place.label,
    capabilities: place.capabilities,
    list: async (folder, options) =>
      logged(
        `list ${folder ?? "."}`,
        async () => place.list(folder, options),
        (entries) => `${entries.length} entries`,
      ),
    stat: async (path, options) =>
      logged(
        `stat ${path}`,
        async () => place.stat(path, options),
        (entry) => (entry ? `${entry.kind}, ${entry.size} bytes` : "nothing"),
      ),
    async *read(path, options) {
      const started = performance.now();
      let bytes = 0;
      let how = "left early";
      try {
        for await (const chunk of place.read(path, options)) {
          bytes += chunk.length;
          yield chunk;
        }
        how = "to the end";
      } catch (error) {
        how = failed(error);
        throw error;
      } finally {
        tell(`read ${path}`, started, `${bytes} bytes, ${how}`);
      }
    },
    writeNew: async (path, source, options) =>
      logged(
        `write ${path}`,
        async () => place.writeNew(path, source, options),
        (bytes) => `${bytes} bytes`,
      ),
    replace: async (from, to, options) =>
      logged(
        `replace ${to} by ${from}`,
        async () => place.replace(from, to, options),
        ({ atomic }) => (atomic ? "in one act" : "in two steps"),
      ),
    remove: async (path, options) =>
      logged(
        `remove ${path}`,
        async () => place.remove(path, options),
        () => "done",
      ),
    close: async () =>
      logged(
        "close",
        async () => place.close(),
        () => "done",
      ),
  };
}

function failed(error: unknown): string {
  const { code, message } = asResyncError(error);
  return `${code}: ${message}`;
}
