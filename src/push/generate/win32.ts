/** What a Win32 or network error number of a service means, and what to do about it. */
export interface Win32Meaning {
  readonly means: string;
  readonly hint: string;
  readonly reference: string;
}

const MEANINGS: Record<number, Win32Meaning> = {
  2: {
    means: "Dxa.exe was not found",
    hint: "Compare ImagePath in the service's key with the Exchsrvr\\bin folder.",
    reference: "Q143380",
  },
  5: { means: "access denied", hint: "Use an account that may control services on the DSS.", reference: "Q140378" },
  1051: {
    means: "other services depend on it",
    hint: "Look which services depend on MSExchangeDX; none should.",
    reference: "Q155011, Q143380",
  },
  1053: {
    means: "the service did not answer in time",
    hint: "See the System log for events 7000 and 7009.",
    reference: "Q184205",
  },
  1056: {
    means: "it is running, or not done stopping",
    hint: "Wait until it is stopped, then try again.",
    reference: "Q155011, Q233975",
  },
  1058: { means: "the service is disabled", hint: "Set its start type to automatic or manual.", reference: "Q176566" },
  1060: { means: "there is no such service", hint: "Is this the right server?", reference: "Q155011" },
  1061: {
    means: "it cannot be controlled just now",
    hint: "Wait until it has started or stopped, then try again.",
    reference: "Q155011",
  },
  1062: { means: "it is not running", hint: "Start the service, then try again.", reference: "Q155011" },
  1067: {
    means: "its process ended unexpectedly",
    hint: "See the Application log and Dr. Watson's.",
    reference: "Q193395, Q196892",
  },
  1069: {
    means: "the service account could not log on",
    hint: "The password of the Exchange service account is wrong or has expired: set it in Control Panel, Services.",
    reference: "Q155585",
  },
  2140: {
    means: "an internal Windows NT error",
    hint: "See the Application log: ESE97 event 124 means that Xdir.edb is missing beside Edb.log; else check the service account's right Change on the drive's root, and blank lines at the end of Addr_map.cfg.",
    reference: "Q185225, Q171260, Q140951",
  },
  2182: { means: "it has been started already", hint: "Look at its state.", reference: "Q233975" },
  2184: { means: "it has not been started", hint: "Look at its state.", reference: "Q161890" },
  2186: {
    means: "the service does not answer the control",
    hint: "Too many services may have used up the desktop heap: see SharedSection.",
    reference: "Q158308, Q155814",
  },
  2189: {
    means: "it could not be controlled in its present state",
    hint: "Try again later; the last resort is to end the process, or to restart the server.",
    reference: "Q139057, Q180001",
  },
};

/** The meaning of a number that a service tool returned, if the Knowledge Base knows it for this service. */
export function win32Meaning(number: unknown): Win32Meaning | undefined {
  return typeof number === "number" ? MEANINGS[number] : undefined;
}
