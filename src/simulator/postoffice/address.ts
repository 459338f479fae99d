/**
 * Address types (Q94410, Q156730). The first group names users as `network/postoffice/mailbox` in lists per postoffice or node
 * (USR files, 10/10/10 characters); the second has one list per gateway (`<type>.GLB` and `<type>.NME`).
 */
export const NODE_TYPES = ["PCM", "CSI", "SNADS", "PROFS", "OV"] as const;
export const GATEWAY_TYPES = ["SMTP", "X400", "MHS", "FAX", "MCI", "MSMAIL"] as const;

export type NodeType = (typeof NODE_TYPES)[number];
export type GatewayType = (typeof GATEWAY_TYPES)[number];
export type AddressType = NodeType | GatewayType;

/** Where an address belongs: a postoffice or node, or a gateway. */
export type ListName =
  | { readonly kind: "node"; readonly type: NodeType; readonly network: string; readonly postoffice: string }
  | { readonly kind: "gateway"; readonly type: GatewayType };

/** An address: its list and what names the user in it, the mailbox or the text behind `TYPE:`. Empty for the list itself (`R`, `T`). */
export interface Address {
  readonly list: ListName;
  readonly user: string;
}

/** The same for every spelling of the same list: types and names are case-insensitive (Q157712; for names an assumption). */
export function listKey(list: ListName): string {
  return list.kind === "gateway" ? `${list.type}:` : `${list.type}:${list.network}/${list.postoffice}`.toUpperCase();
}

/** As the import grammar writes it: `PCM:NET/PO` or `SMTP:`. */
export function formatList(list: ListName): string {
  return list.kind === "gateway" ? `${list.type}:` : `${list.type}:${list.network}/${list.postoffice}`;
}

/** `PCM:NET/PO/mailbox` or `SMTP:user@host`. */
export function formatAddress({ list, user }: Address): string {
  return list.kind === "gateway" || user === "" ? formatList(list) + user : `${formatList(list)}/${user}`;
}
