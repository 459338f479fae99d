import { hasCode } from "../../../errors.ts";
import { collectBytes } from "../../../transfer/bytes.ts";
import { placePath } from "../../../transfer/place.ts";
import { splitWindowsPath, withFolder } from "../locate.ts";
import { atLeast } from "../version.ts";
import { dssCheck } from "./dss-check.ts";

/** Custom recipients of type MS that were made by hand empty their postoffice's list elsewhere. */
export const handMadeCheck = dssCheck(
  "dss-hand-made",
  "Custom recipients made by hand",
  "Q156996, Q152935",
  ({ values }, say) => {
    const value = values.get("RequireValidImpFrom");
    if (value?.type === "REG_DWORD" && value.data === 1) return say.ok("RequireValidImpFrom is 1: they are left out");
    return say.unknown(
      "RequireValidImpFrom is not set; whether there are any of type MS stands in the directory, which is not read",
      "For each such postoffice the list would hold an R, which empties it at the requestors. Set RequireValidImpFrom to 1, or leave Export custom recipients off.",
    );
  },
);

const UNIQUE_VALUE = "Unique Display Names";
/** The first Dxa.exe of 5.5 that adds no 001 to a name that was made and deleted in one cycle (Q192514). */
const UNIQUE_SOUND = "5.5.2393";

/** How names that occur twice are told apart. */
export const uniqueNamesCheck = dssCheck(
  "dss-unique-names",
  "Names that occur twice",
  "Q146676, Q192514",
  ({ values, dxaVersion }, say) => {
    const [name, value] = [...values.all].find(([one]) => one.toLowerCase() === UNIQUE_VALUE.toLowerCase()) ?? [];
    if (name === undefined || value?.type !== "REG_DWORD" || value.data !== 0)
      return say.ok("each name gets a number, unless it is the only one in the whole list");
    if (name !== UNIQUE_VALUE)
      return say.warning(`"${name}" stands in the registry, and its case counts`, `Write it as "${UNIQUE_VALUE}".`);
    if (dxaVersion !== undefined && !atLeast(dxaVersion, UNIQUE_SOUND))
      return say.warning(
        `"${UNIQUE_VALUE}" is 0, and Dxa.exe ${dxaVersion} may still number names`,
        `Dxa.exe ${UNIQUE_SOUND} and later do not.`,
      );
    return say.ok("a name gets a number only where its own postoffice has it twice");
  },
);

/** Blank lines at the end of Addr_map.cfg keep the service from starting. */
export const addressMapCheck = dssCheck("dss-addr-map", "Addr_map.cfg", "Q140951", async ({ host, values }, say) => {
  const value = values.get("AddressMappingFileName");
  const path = value?.type === "REG_SZ" || value?.type === "REG_EXPAND_SZ" ? value.data : "";
  if (path === "") return say.ok("not in use");
  const { folder, name } = splitWindowsPath(path);
  try {
    const read = await withFolder(host, folder, (place) => collectBytes(place.read(placePath(name)), MAX_MAP));
    const lines = Buffer.from(read)
      .toString("latin1")
      .replace(/\r?\n$/u, "")
      .split("\n");
    if (lines.length === 1 || lines.at(-1)?.trim() !== "") return say.ok(`${path} ends without blank lines`);
    return say.refused(
      `${path} ends with blank lines: the service would not start again (error 2140)`,
      "Remove the blank lines at its end.",
    );
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "NOT_A_FOLDER")) throw error;
    return say.warning(`${path} is not there`, "Correct AddressMappingFileName, or remove it.");
  }
});

/** Bytes. */
const MAX_MAP = 16 * 1024 * 1024;
