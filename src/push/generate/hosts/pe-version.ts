/** RT_VERSION, and where the fixed part begins in a version resource: behind three words and the key "VS_VERSION_INFO" (MS VERSIONINFO). */
const VERSION_RESOURCE = 16;
const FIXED_INFO_AT = 40;
const FIXED_INFO_SIGNATURE = 0xfeef04bd;

/**
 * The file version of a Windows program, `5.5.2653.23`, from its version resource; `undefined` for anything that is not a PE file with
 * one. Never throws, whatever the bytes are.
 */
export function fileVersionOf(program: Uint8Array): string | undefined {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  try {
    const resources = findResources(view);
    const entry = resources && findVersion(view, resources.at);
    if (resources === undefined || entry === undefined) return undefined;
    const info = resources.offsetOf(view.getUint32(entry, true)) + FIXED_INFO_AT;
    if (view.getUint32(info, true) !== FIXED_INFO_SIGNATURE) return undefined;
    const [minor, major, revision, build] = [8, 10, 12, 14].map((at) => view.getUint16(info + at, true));
    return `${major}.${minor}.${build}.${revision}`;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Where the resource directory is, and how addresses in it become places in the file. */
interface Resources {
  readonly at: number;
  offsetOf(address: number): number;
}

function findResources(view: DataView): Resources | undefined {
  if (view.getUint16(0, true) !== 0x5a4d) return undefined;
  const pe = view.getUint32(0x3c, true);
  if (view.getUint32(pe, true) !== 0x4550) return undefined;
  const optional = pe + 24;
  const directories = optional + (view.getUint16(optional, true) === 0x20b ? 112 : 96);
  const sections = optional + view.getUint16(pe + 20, true);
  const count = view.getUint16(pe + 6, true);
  const offsetOf = (address: number): number => {
    for (let section = sections; section < sections + count * 40; section += 40) {
      const inside = address - view.getUint32(section + 12, true);
      if (inside >= 0 && inside < view.getUint32(section + 16, true))
        return view.getUint32(section + 20, true) + inside;
    }
    throw new RangeError("an address in no section");
  };
  const address = view.getUint32(directories + 2 * 8, true);
  return address === 0 ? undefined : { at: offsetOf(address), offsetOf };
}

/** Walks type, name and language to the version's data entry. */
function findVersion(view: DataView, root: number): number | undefined {
  const names = descend(view, root, root, VERSION_RESOURCE);
  const languages = names && descend(view, root, names, undefined);
  return languages && descend(view, root, languages, undefined);
}

/** The entry of a directory with `id`, or its first one; a sub-directory or a data entry, as a place in the file. */
function descend(view: DataView, root: number, directory: number, id: number | undefined): number | undefined {
  const entries = view.getUint16(directory + 12, true) + view.getUint16(directory + 14, true);
  for (let entry = directory + 16; entry < directory + 16 + entries * 8; entry += 8) {
    if (id === undefined || view.getUint32(entry, true) === id) {
      return root + (view.getUint32(entry + 4, true) & 0x7fffffff);
    }
  }
  return undefined;
}
