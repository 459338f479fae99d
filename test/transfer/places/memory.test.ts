import { posix } from "node:path";
import { memoryPlace } from "../../../src/transfer/places/memory.ts";
import { placeContract } from "../../contract/place.ts";

placeContract("memory", async () => {
  const place = memoryPlace();
  return {
    place,
    put: async (name, bytes) => void place.files.set(name, Buffer.from(bytes)),
    peek: async (name) => {
      const bytes = place.files.get(name);
      if (bytes === undefined) throw new Error(`${name} is not there`);
      return bytes;
    },
    names: async () =>
      [...place.files.keys(), ...place.folders].filter((path) => posix.dirname(path) === ".").toSorted(),
    makeFolder: async (name) => void place.folders.add(name),
    close: async () => undefined,
  };
});
