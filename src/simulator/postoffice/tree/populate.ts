import type { TemplateField } from "../../../glb/transaction.ts";
import type { Directory } from "../directory/directory.ts";
import { takeTids } from "../directory/counters.ts";
import { writeGatewayList } from "../directory/gateway-list.ts";
import { nameList, type ListEntry } from "../directory/name-list.ts";
import { encodeNodeList } from "../directory/node-list.ts";
import { templateOf, writeTemplate } from "../directory/template.ts";
import type { PostofficeFiles } from "../files.ts";
import type { ExternalPostoffice, InstalledGateway, ListedName } from "../options.ts";
import { decodeMaster, encodeMaster } from "../records/config.ts";

/** Registers a postoffice elsewhere and writes its list. */
export function addExternal(files: PostofficeFiles, directory: Directory, external: ExternalPostoffice): void {
  const { file } = directory.addNode(external.type ?? "PCM", external.network, external.postoffice, "");
  const template = templateOf(external.template ?? []);
  if (template.length > 0) writeTemplate(files, file, template);
  const names = nameList(entries(files, external.names ?? [], template));
  const { usr, inf } = encodeNodeList({ names, template });
  files.write(`USR/${file}.USR`, usr);
  if (inf.length > 0) files.write(`INF/${file}.INF`, inf);
}

/** Installs a gateway; an empty list is 4 bytes of GLB and 0 of NME (Q119240). */
export function addGateway(files: PostofficeFiles, directory: Directory, gateway: InstalledGateway): void {
  directory.addGateway(gateway.type);
  writeGatewayList(files, gateway.type, nameList(entries(files, gateway.names ?? [], [])));
  if (gateway.type !== "MSMAIL") return;
  const master = decodeMaster(files.read("GLB/MASTER.GLB"));
  files.write("GLB/MASTER.GLB", encodeMaster({ ...master, gatewayBits: master.gatewayBits | 0x10 }));
}

/** What ADMIN leaves when it has run: FLAG.GLB (Q131670) and the shadows of the postoffice list (Q132744). */
export function leaveAdminFiles(files: PostofficeFiles): void {
  files.write("GLB/FLAG.GLB", Buffer.alloc(2));
  files.write("NME/ADMINSHD.NME", files.read("NME/ADMIN.NME"));
  files.write("GRP/ADMINSHD.GRP", files.read("GRP/ADMIN.GRP"));
}

function entries(
  files: PostofficeFiles,
  names: readonly ListedName[],
  template: readonly TemplateField[],
): ListEntry[] {
  if (names.length === 0) return [];
  const first = takeTids(files, names.length);
  return names.map(({ alias, address, details }, index) => {
    const values = details === undefined ? {} : { values: template.map((field) => details[field.prompt] ?? "") };
    return { alias, user: address, tid: first + index, ...values };
  });
}
