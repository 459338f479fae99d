/** What the made-up program is like. */
export interface PeOptions {
  /** Four numbers with dots. */
  version: string;
  /** PE32+, as 64-bit programs are. */
  wide?: boolean;
  /** Other resource types before the version's. */
  others?: number;
}

const SECTION_RVA = 0x5000;

/**
 * The smallest program that has a version resource, laid out by the PE/COFF specification (sections 3 and 6.9) and VS_VERSIONINFO. It
 * cannot run.
 */
export function peFile({ version, wide = false, others = 2 }: PeOptions): Buffer {
  const resources = resourceSection(version, others);
  const optionalSize = (wide ? 112 : 96) + 16 * 8;
  const headers = Buffer.alloc(0x200);
  headers.write("MZ", 0, "latin1");
  headers.writeUInt32LE(0x80, 0x3c);
  headers.write("PE\0\0", 0x80, "latin1");
  headers.writeUInt16LE(2, 0x86);
  headers.writeUInt16LE(optionalSize, 0x94);
  const optional = 0x98;
  headers.writeUInt16LE(wide ? 0x20b : 0x10b, optional);
  headers.writeUInt32LE(SECTION_RVA, optional + (wide ? 112 : 96) + 2 * 8);
  headers.writeUInt32LE(resources.length, optional + (wide ? 112 : 96) + 2 * 8 + 4);
  const sections = optional + optionalSize;
  writeSection(headers, sections, { address: 0x1000, size: 0x200, at: 0x200 });
  writeSection(headers, sections + 40, { address: SECTION_RVA, size: resources.length, at: 0x400 });
  return Buffer.concat([headers, Buffer.alloc(0x200, 0x90), resources]);
}

function writeSection(headers: Buffer, at: number, section: { address: number; size: number; at: number }): void {
  headers.writeUInt32LE(section.size, at + 8);
  headers.writeUInt32LE(section.address, at + 12);
  headers.writeUInt32LE(section.size, at + 16);
  headers.writeUInt32LE(section.at, at + 20);
}

/** Three levels of directories (type, name, language), a data entry, the version. */
function resourceSection(version: string, others: number): Buffer {
  const types = 16 + 8 * (others + 1);
  const tree = Buffer.alloc(types + 24 + 24 + 16);
  tree.writeUInt16LE(others + 1, 14);
  for (let other = 0; other < others; other++) writeEntry(tree, 16 + other * 8, 3 + other, 0x8000_0000 + types);
  writeEntry(tree, 16 + others * 8, 16, 0x8000_0000 + types);
  tree.writeUInt16LE(1, types + 14);
  writeEntry(tree, types + 16, 1, 0x8000_0000 + types + 24);
  tree.writeUInt16LE(1, types + 24 + 14);
  writeEntry(tree, types + 24 + 16, 0x409, types + 48);
  const info = versionInfo(version);
  tree.writeUInt32LE(SECTION_RVA + tree.length, types + 48);
  tree.writeUInt32LE(info.length, types + 52);
  return Buffer.concat([tree, info]);
}

function writeEntry(tree: Buffer, at: number, id: number, offset: number): void {
  tree.writeUInt32LE(id, at);
  tree.writeUInt32LE(offset, at + 4);
}

function versionInfo(version: string): Buffer {
  const [major = 0, minor = 0, build = 0, revision = 0] = version.split(".").map(Number);
  const info = Buffer.alloc(40 + 52);
  info.writeUInt16LE(info.length, 0);
  info.writeUInt16LE(52, 2);
  info.write("VS_VERSION_INFO", 6, "utf16le");
  info.writeUInt32LE(0xfeef04bd, 40);
  info.writeUInt32LE(0x10000, 44);
  info.writeUInt32LE(((major << 16) | minor) >>> 0, 48);
  info.writeUInt32LE(((build << 16) | revision) >>> 0, 52);
  return info;
}
