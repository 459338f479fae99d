import { listKey, type ListName } from "../../address.ts";
import { openDirectory } from "../../directory/directory.ts";
import { readGatewayList } from "../../directory/gateway-list.ts";
import { localUsers } from "../../directory/local-users.ts";
import { readNodeList } from "../../directory/node-list.ts";
import type { PostofficeFiles } from "../../files.ts";
import { decodeMaster } from "../../records/config.ts";
import { addLine } from "./lines.ts";
import type { NamedAddress } from "../../transaction.ts";

/** One list of this postoffice, read when asked for. */
export interface StoredList {
  readonly list: ListName;
  readonly key: string;
  names(): Iterable<NamedAddress>;
}

/** The list of this postoffice's own users. */
export function ownList(files: PostofficeFiles): StoredList {
  const { network, postoffice } = decodeMaster(files.read("GLB/MASTER.GLB"));
  const list = { kind: "node", type: "PCM", network, postoffice } as const;
  const names = (): NamedAddress[] =>
    localUsers(files).map(({ alias, mailbox }) => ({ alias, address: { list, user: mailbox } }));
  return { list, key: listKey(list), names };
}

/** The lists of every postoffice, node and gateway elsewhere, in the order of registration. */
export function externalLists(files: PostofficeFiles): StoredList[] {
  const directory = openDirectory(files);
  const nodes = directory.nodes.map((node): StoredList => {
    const list: ListName = { kind: "node", type: node.type, network: node.network, postoffice: node.postoffice };
    return stored(list, () => readNodeList(files, node.file).names.sorted());
  });
  const gateways = directory.gateways.map((type): StoredList =>
    stored({ kind: "gateway", type }, () => readGatewayList(files, type).sorted()),
  );
  return [...nodes, ...gateways];
}

/** The names of a list as A lines. */
export function* addLines(list: StoredList): Generator<string> {
  for (const name of list.names()) yield addLine(name);
}

function stored(list: ListName, read: () => Iterable<{ alias: string; user: string }>): StoredList {
  return {
    list,
    key: listKey(list),
    *names() {
      for (const { alias, user } of read()) yield { alias, address: { list, user } };
    },
  };
}
