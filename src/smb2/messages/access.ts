/** Access rights (MS-SMB2 2.2.13.1). */
export const ACCESS = {
  readData: 0x1,
  writeData: 0x2,
  listFolder: 0x1,
  addFolder: 0x4,
  readAttributes: 0x80,
  writeAttributes: 0x100,
  delete: 0x1_0000,
  synchronize: 0x10_0000,
} as const;

/** What others may do with a file while we have it open (MS-SMB2 2.2.13). */
export const SHARE = { nothing: 0, read: 1, write: 2, delete: 4, all: 7 } as const;

/** What to do about the name (MS-SMB2 2.2.13). */
export const DISPOSITION = { open: 1, create: 2, openOrCreate: 3, overwriteOrCreate: 5 } as const;

/** How to open (MS-SMB2 2.2.13). */
export const CREATE_OPTION = { folder: 0x1, notFolder: 0x40, deleteOnClose: 0x1000, theLinkItself: 0x20_0000 } as const;

/** File attributes (MS-FSCC 2.6). */
export const ATTRIBUTE = { folder: 0x10, normal: 0x80, reparsePoint: 0x400 } as const;
