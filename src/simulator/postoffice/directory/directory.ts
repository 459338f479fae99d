import { GATEWAY_TYPES, NODE_TYPES, type GatewayType, type ListName, type NodeType } from "../address.ts";
import type { PostofficeFiles } from "../files.ts";
import { decodeNetwork, encodeNetwork, NETWORK_SIZE, NETWORK_TYPE, type NetworkRecord } from "../records/network.ts";
import { recordsOf } from "../records/text.ts";
import { decodeXtn, encodeXtn, XTN_SIZE } from "../records/xtn.ts";
import { nextFileId } from "./counters.ts";

/** A postoffice or node elsewhere, as NETWORK.GLB and its XTN file define it. */
export interface KnownNode {
  readonly type: NodeType;
  readonly network: string;
  readonly postoffice: string;
  /** 8 hex digits: the name of its USR, MBG, KEY, TPL and INF files. */
  readonly file: string;
  readonly route: string;
}

/** The networks, postoffices and gateways this postoffice knows. */
export interface Directory {
  readonly nodes: readonly KnownNode[];
  readonly gateways: readonly GatewayType[];
  findNode(type: NodeType, network: string, postoffice: string): KnownNode | undefined;
  hasNetwork(type: NodeType, network: string): boolean;
  /** Registers a postoffice, and its network where that is new: NETWORK and XTN records, USR, MBG and KEY files. */
  addNode(type: NodeType, network: string, postoffice: string, route: string): KnownNode;
  addGateway(type: GatewayType): void;
}

/** Reads NETWORK.GLB and all XTN files. */
export function openDirectory(files: PostofficeFiles): Directory {
  const networks = recordsOf(files.read("GLB/NETWORK.GLB"), NETWORK_SIZE).map(decodeNetwork).filter(isActive);
  const nodes = new Map<string, KnownNode>();
  for (const network of networks) {
    const type = nodeType(network);
    if (type === undefined) continue;
    for (const record of recordsOf(files.readIfAny(`XTN/${network.xtn}.XTN`), XTN_SIZE).map(decodeXtn)) {
      const node = { type, network: network.name, postoffice: record.name, file: record.file, route: record.route };
      if (record.active) nodes.set(key(type, network.name, record.name), node);
    }
  }
  const findNetwork = (type: NodeType, name: string): NetworkRecord | undefined =>
    networks.find((network) => nodeType(network) === type && same(network.name, name));

  const addNetwork = (type: NodeType, name: string): NetworkRecord => {
    const network = { active: true, type: NETWORK_TYPE[type], name, xtn: nextFileId(files), mailbag: "" };
    files.append("GLB/NETWORK.GLB", encodeNetwork(network));
    networks.push(network);
    return network;
  };

  return {
    get nodes() {
      return [...nodes.values()];
    },
    get gateways() {
      return networks.flatMap((network) => gatewayType(network) ?? []);
    },
    findNode: (type, network, postoffice) => nodes.get(key(type, network, postoffice)),
    hasNetwork: (type, network) => findNetwork(type, network) !== undefined,
    addNode(type, networkName, postoffice, route) {
      const network = findNetwork(type, networkName) ?? addNetwork(type, networkName);
      const file = nextFileId(files);
      files.append(`XTN/${network.xtn}.XTN`, encodeXtn({ active: true, name: postoffice, file, route }));
      files.write(`USR/${file}.USR`, "");
      addMailbag(files, file);
      const node = { type, network: network.name, postoffice, file, route };
      nodes.set(key(type, network.name, postoffice), node);
      return node;
    },
    addGateway(type) {
      const mailbag = nextFileId(files);
      const network = { active: true, type: NETWORK_TYPE.gateway, name: type, xtn: "", mailbag };
      files.append("GLB/NETWORK.GLB", encodeNetwork(network));
      networks.push(network);
      files.write(`GLB/${type}.GLB`, Buffer.alloc(4));
      files.write(`NME/${type}.NME`, "");
      addMailbag(files, mailbag);
    },
  };
}

/** An empty mailbag with its 560-byte index (Q77926). */
export function addMailbag(files: PostofficeFiles, file: string): void {
  files.write(`MBG/${file}.MBG`, "");
  files.write(`KEY/${file}.KEY`, Buffer.alloc(560));
}

/** The node that a list is of, if it is known here. */
export function nodeOf(directory: Directory, list: ListName): KnownNode | undefined {
  return list.kind === "node" ? directory.findNode(list.type, list.network, list.postoffice) : undefined;
}

function isActive(network: NetworkRecord): boolean {
  return network.active;
}

function nodeType(network: NetworkRecord): NodeType | undefined {
  return NODE_TYPES.find((type) => NETWORK_TYPE[type] === network.type);
}

function gatewayType(network: NetworkRecord): GatewayType | undefined {
  return network.type === NETWORK_TYPE.gateway ? GATEWAY_TYPES.find((type) => type === network.name) : undefined;
}

function key(type: NodeType, network: string, postoffice: string): string {
  return `${type}:${network}/${postoffice}`.toUpperCase();
}

function same(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase();
}
