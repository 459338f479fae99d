import type { AddressType, GatewayType, NodeType } from "./address.ts";
import type { Simulation } from "./simulation.ts";

/** One address of a list: `alias` is the display name, 1 to 30 characters. */
export interface ListedName {
  readonly alias: string;
  /** The mailbox (1 to 10 characters) on a postoffice, or the address behind `TYPE:` on a gateway list. */
  readonly address: string;
  /** Template data by prompt; only where the postoffice has a template. */
  readonly details?: Readonly<Record<string, string>>;
}

/** A postoffice elsewhere, as ADMIN would have registered it, with the list this postoffice keeps of it. */
export interface ExternalPostoffice {
  readonly network: string;
  readonly postoffice: string;
  /** Default `PCM`. For SNADS, PROFS and OV the network is the gateway and the postoffice its node. */
  readonly type?: NodeType;
  readonly names?: readonly ListedName[];
  /** Lines of a template, `Prompt:~start~width~class~default~` (Q87432). */
  readonly template?: readonly string[];
}

/** An installed gateway and the list kept of it. A SNADS, PROFS or OV gateway is made by an `ExternalPostoffice` of that type. */
export interface InstalledGateway {
  readonly type: GatewayType;
  readonly names?: readonly ListedName[];
}

/** What a simulated postoffice is to look like. Everything left out is as after a fresh installation (Q135868). */
export interface PostofficeOptions {
  /** This postoffice's own names, 1 to 10 characters each. Default `SIMNET` and `SIMPO`. */
  readonly network?: string;
  readonly postoffice?: string;
  /** Of the mailbox ADMIN. Default `password`, as after installation (Q95939). */
  readonly password?: string;
  /** Local users beside ADMIN; `address` is the mailbox. */
  readonly users?: readonly ListedName[];
  readonly external?: readonly ExternalPostoffice[];
  readonly gateways?: readonly InstalledGateway[];
  /** `NETWORK/POSTOFFICE` of the DSS this requestor is registered with; it is made an external postoffice if `external` lacks it. */
  readonly dss?: string;
  /** Makes this postoffice itself the DSS of these requestors (`NETWORK/POSTOFFICE`): SRVCONF.GLB and MSTTRANS.GLB exist. */
  readonly requestors?: readonly string[];
  /** Sync numbers in REQCONF.GLB. Default 0 each. */
  readonly sync?: { readonly reqSync?: number; readonly srvSync?: number; readonly importSync?: number };
  /** Address types enabled in REQCONF.GLB. Default `["PCM"]`. */
  readonly addressTypes?: readonly AddressType[];
  /** Requestor option "Templates Receive". Default false. */
  readonly templatesReceive?: boolean;
  /** Transactions waiting in REQTRANS.GLB, in the import grammar, numbered on from ReqSync. */
  readonly pending?: readonly string[];
  /** Names of files and folders in lower case, as some servers keep them. Default false. */
  readonly lowerCase?: boolean;
  /** How IMPORT and REBUILD are to behave; kept in MAILEXE/simulation.json. */
  readonly simulation?: Partial<Simulation>;
}
