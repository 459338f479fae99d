import type { Place } from "../../transfer/place.ts";

/** A full registry key, long hive name: `HKEY_LOCAL_MACHINE\SYSTEM\…`. Compared without regard to case, as Windows does. */
export type RegistryKey = `HKEY_LOCAL_MACHINE\\${string}`;

/** The service's own key. All documented DXA values stand in it, not in a `Parameters` subkey (Q150976, Q156063). */
export const DXA_KEY: RegistryKey = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX";
/** Where Exchange setup records its folders; value `Services` is the Exchsrvr folder (Q149205). */
export const EXCHANGE_SETUP_KEY: RegistryKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Exchange\\Setup";
/** The service "Microsoft Exchange Directory Synchronization" (Q143380). */
export const DXA_SERVICE = "MSExchangeDX";
/** The value that makes the DXA write Resync.glb at its next start: REG_MULTI_SZ, one string a requestor (Q150976). */
export const TRIGGER_VALUE = "ResyncConnectionRDNs";
/** 1: header numbers are the maxima over all requestors, not only the named ones; Dxa.exe 5.5.2524 and later (Q215505). */
export const GLOBAL_MAX_VALUE = "GlobalMaxSeqInResync";

/** 1: the pause control starts a cycle, on Exchange 4.0 and on servers upgraded from it (Q146738, Q156063). */
export const PAUSE_KICKS_VALUE = "PauseKicksDX";

/** One registry value; strings are Unicode, DWORDs 0 to 2^32-1. */
export type RegistryValue =
  | { readonly type: "REG_SZ"; readonly data: string }
  | { readonly type: "REG_EXPAND_SZ"; readonly data: string }
  | { readonly type: "REG_MULTI_SZ"; readonly data: readonly string[] }
  | { readonly type: "REG_DWORD"; readonly data: number }
  /** Any other type: kept as bytes so that it can be put back as it was. */
  | { readonly type: "other"; readonly number: number; readonly data: Uint8Array };

export type ServiceState =
  | "stopped"
  | "start-pending"
  | "stop-pending"
  | "running"
  | "continue-pending"
  | "pause-pending"
  | "paused";

export interface ServiceStatus {
  readonly state: ServiceState;
  /** From the service's `Start` value: 2, 3, 4 (Q176566). */
  readonly startType: "automatic" | "manual" | "disabled" | "unknown";
  /** Win32 exit code of the last end, for example 1069; 0 or `undefined` when there is nothing to tell. */
  readonly win32ExitCode: number | undefined;
}

export type EventLogName = "Application" | "System";

/** The newest record's number in each log, 0 for an empty one. Numbers and not times, because the host's clock is not ours. */
export type EventMark = Readonly<Record<EventLogName, number>>;

/** One record of an event log. */
export interface HostEvent {
  readonly log: EventLogName;
  /** The record's number in its log, counted up from 1. */
  readonly record: number;
  /** By the host's clock. */
  readonly at: Date;
  /** `MSExchangeDX`, `ESE97`, `Service Control Manager`. */
  readonly source: string;
  /** Without severity and facility: the low 16 bits. */
  readonly id: number;
  readonly level: "error" | "warning" | "information" | "audit";
  /** The insertion strings, joined by `; `: the description needs Dxamsg.dll on the reading machine (Q152554). */
  readonly text: string;
}

/** What a host can do beyond the contract. */
export interface DssHostCapabilities {
  readonly fileVersion: boolean;
  readonly eventLog: boolean;
  readonly freeSpace: boolean;
  readonly pause: boolean;
  /** The dirsync objects of the server can be looked up in its directory. */
  readonly roles: boolean;
}

/** Which dirsync objects the server holds. Only one of the two should exist in an organization (Q151668). */
export interface DirsyncRoles {
  readonly server: boolean;
  readonly requestor: boolean;
}

/**
 * The machine on which the Directory Synchronization Server runs: its registry, one service and its folders.
 *
 * Acts only ask: success is the caller's to read back, because every tool for the old systems reports some failures as success
 * (Samba's `setvalue` exits 0 when denied; `net start` exits 0 while START_PENDING). Every act ends in bounded time.
 * Failures: `ACCESS_DENIED` (exit code 3: the account's rights are a condition, as the service is), `NOT_FOUND` (no such key or service), `AUTH_FAILED`, `DSS_UNREACHABLE`, `CONNECT_*`, `STALLED`,
 * `SERVICE_START_FAILED` / `SERVICE_STOP_FAILED` (the request was refused at once; `facts.win32` holds the number), `PROGRAM_MISSING`.
 */
export interface DssHost {
  /** For people and journals, without secrets: `samba://admin@dss1`. Unique for a host: locks and recovery go by it. */
  readonly label: string;
  readonly capabilities: DssHostCapabilities;

  /** The value, or `undefined` when the value or its key does not exist. */
  readValue(key: RegistryKey, name: string): Promise<RegistryValue | undefined>;
  /** All values of a key by name, in the host's spelling. `NOT_FOUND` when there is no such key. */
  listValues(key: RegistryKey): Promise<Map<string, RegistryValue>>;
  /** Creates or overwrites the value. The key must exist. `NAME_INVALID`, with nothing changed, for a string that the host's tools cannot carry. */
  writeValue(key: RegistryKey, name: string, value: RegistryValue): Promise<void>;
  /** Removes the value; nothing happens when it is not there. */
  deleteValue(key: RegistryKey, name: string): Promise<void>;
  /** The key with everything below it as a .REG file, as the host's own tool writes it: encoding and header included. */
  exportKey(key: RegistryKey): Promise<Uint8Array>;

  /** The service's state now. `NOT_FOUND` when there is no such service. */
  queryService(name: string): Promise<ServiceStatus>;
  /** Asks for a stop and returns; poll `queryService` for STOPPED. Nothing happens when it is stopped already. */
  requestStop(name: string): Promise<void>;
  /** Asks for a start and returns; poll `queryService` for RUNNING. Nothing happens when it runs already. */
  requestStart(name: string): Promise<void>;
  /** Sends the pause control, which makes the DXA start a cycle (Q146738). Only with `capabilities.pause`; its "failure" is expected. */
  requestPause(name: string): Promise<void>;
  /** Sends the continue control; nothing happens when the service is not paused. Only with `capabilities.pause`. */
  requestContinue(name: string): Promise<void>;

  /** A folder of the host by its Windows path, as a place: `C:\exchsrvr\dxadata`. The caller closes it. */
  openFolder(windowsPath: string): Promise<Place>;
  /** The file-version resource, `5.5.2653.23`; `undefined` when the file or the resource is missing. Only with `capabilities.fileVersion`. */
  fileVersion(windowsPath: string): Promise<string | undefined>;
  /** Bytes free on the disk of a folder. Only with `capabilities.freeSpace`. */
  freeBytes(windowsPath: string): Promise<number>;
  /** Where the event logs stand now. Only with `capabilities.eventLog`. */
  eventMark(): Promise<EventMark>;
  /** What was written behind a mark, oldest first; all there is of a log cleared since. Only with `capabilities.eventLog`. */
  eventsAfter(mark: EventMark): Promise<HostEvent[]>;

  /** The dirsync objects of this server, from its directory. Only with `capabilities.roles`. */
  dirsyncRoles(): Promise<DirsyncRoles>;

  /** Ends connections and temporary files. Never throws; safe to call twice. */
  close(): Promise<void>;
}
