import type { TemplateField } from "../../../glb/transaction.ts";
import type { PostofficeFiles } from "../files.ts";
import { decodeUsr, encodeUsr, USR_SIZE } from "../records/names.ts";
import { nameList, type NameList } from "./name-list.ts";
import { decodeInfo, encodeInfo, infoSize, readTemplate } from "./template.ts";

/** The list of one external postoffice: its USR file, with INF data where it has a TPL (Q77926). */
export interface NodeList {
  readonly names: NameList;
  template: readonly TemplateField[];
}

/** Reads `USR/<file>.USR`, `TPL/<file>.TPL` and `INF/<file>.INF`; missing files are empty. */
export function readNodeList(files: PostofficeFiles, file: string): NodeList {
  const template = readTemplate(files, file);
  const width = infoSize(template);
  const info = width > 0 ? files.readIfAny(`INF/${file}.INF`) : Buffer.alloc(0);
  const bytes = files.readIfAny(`USR/${file}.USR`);
  const names = nameList();
  for (let at = 0; at + USR_SIZE <= bytes.length; at += USR_SIZE) {
    const { alias, mailbox, tid, info: record } = decodeUsr(bytes, at);
    const values =
      record > 0 ? { values: decodeInfo(template, info.subarray((record - 1) * width, record * width)) } : {};
    names.set({ alias, user: mailbox, tid, ...values });
  }
  return { names, template };
}

/** The bytes of a USR file and of the INF file beside it, which has none when the list has no template. */
export function encodeNodeList(list: NodeList): { usr: Buffer; inf: Buffer } {
  const usr = Buffer.alloc(list.names.size * USR_SIZE);
  const infos: Buffer[] = [];
  let at = 0;
  for (const { alias, user, tid, values } of list.names.sorted()) {
    if (values !== undefined && list.template.length > 0) infos.push(encodeInfo(list.template, values));
    encodeUsr(usr, at, { alias, mailbox: user, tid, info: values === undefined ? 0 : infos.length });
    at += USR_SIZE;
  }
  return { usr, inf: Buffer.concat(infos) };
}
