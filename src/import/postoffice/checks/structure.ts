import { filesIn } from "../census.ts";
import { check, type Check, type CheckInput } from "../check.ts";
import { BUCKETS, DIRECTORY_FOLDERS, FOLDERS, QUEUES, type FolderName } from "../layout.ts";

/** Folders, required files, one spelling for each name, and nothing but files and folders. */
export function checkStructure({ census }: Pick<CheckInput, "census">): Check[] {
  return [
    twins(),
    folders(),
    buckets(),
    strangeEntries(),
    requiredFiles(),
    shadowFiles(),
    messageTexts(),
    mailbagPairs(),
  ];

  function twins(): Check {
    const { ok, refused } = check("spellings", "Each name in one spelling");
    if (census.twins.length === 0) return ok("yes");
    return refused(
      census.twins.map((names) => names.join(" and ")).join("; "),
      "A DOS program sees only one of them. Find out which is right and move the other out of the postoffice.",
    );
  }

  function folders(): Check {
    const { ok, warning, refused } = check("folders", "The 19 folders of a postoffice", "Q132744");
    const missing = FOLDERS.filter((name) => census.entries.get(name)?.kind !== "folder");
    if (missing.length === 0) return ok("all there");
    const needed = missing.some((name) => NEEDED.includes(name));
    return (needed ? refused : warning)(
      `missing: ${missing.join(", ")}`,
      `Make them: MKDIR ${missing.join(" ")} (Q112303).`,
    );
  }

  function buckets(): Check {
    const { ok, warning } = check("buckets", "The 16 folders in ATT and in MAI", "Q132744");
    const missing = BUCKETS.filter(({ folder, name }) => census.entries.get(`${folder}/${name}`)?.kind !== "folder");
    if (missing.length === 0) return ok("all there");
    const names = missing.map(({ folder, name }) => `${folder}\\${name}`);
    return warning(`missing: ${names.join(", ")}`, `Make them: MKDIR ${names.join(" ")} (Q112303).`);
  }

  function strangeEntries(): Check {
    const { ok, refused } = check("entries", "Only files in the address folders");
    const strange = [...census.entries.values()].filter(({ key, kind }) => {
      const [folder = "", ...rest] = key.split("/");
      return rest.length > 0 && kind !== "file" && TOUCHED.some((name) => name === folder);
    });
    if (strange.length === 0) return ok("yes");
    return refused(
      strange.map(({ path, kind }) => `${path} is a ${kind === "folder" ? "folder" : "link or a device"}`).join("; "),
      "Move them out of the postoffice: a snapshot cannot hold them.",
    );
  }

  function requiredFiles(): Check {
    const { ok, refused, warning } = check("files", "The files no postoffice is without", "Q132744");
    const missing = REQUIRED.filter((key) => census.entries.get(key)?.kind !== "file");
    const queues = QUEUES.filter((name) => !census.entries.has(`GLB/${name}`));
    if (missing.length > 0)
      return refused(`missing: ${missing.join(", ")}`, "Restore the postoffice from a backup, or run its diagnostics.");
    if (queues.length > 0)
      return warning(
        `queues missing: ${queues.join(", ")}`,
        "A fresh postoffice has them with 0 bytes; make them with: type nul > NAME",
      );
    return ok(`${REQUIRED.length} there`);
  }

  function shadowFiles(): Check {
    const { ok, refused, warning } = check("shadows", "Address list and groups like their shadow copies", "Q132744");
    const pairs = [
      ["NME/ADMIN.NME", "NME/ADMINSHD.NME"],
      ["GRP/ADMIN.GRP", "GRP/ADMINSHD.GRP"],
    ].map((keys) => keys.map((key) => census.entries.get(key)));
    const unlike = pairs.flatMap(([one, shadow]) => (one && shadow && one.size !== shadow.size ? [[one, shadow]] : []));
    if (unlike.length > 0) {
      return refused(
        unlike.map((pair) => pair.map(({ key, size }) => `${key} has ${size} bytes`).join(", ")).join("; "),
        "The address list is damaged. Restore the heart files together from a backup (Q199676).",
      );
    }
    if (pairs.some(([, shadow]) => shadow === undefined))
      return warning("a shadow file is missing", "ADMIN makes them when it is next used.");
    return ok("same sizes");
  }

  function messageTexts(): Check {
    const { ok, refused } = check("messages", "The texts of the dirsync messages", "Q130064");
    if (census.entries.has("GLB/DS_MSG.GLB")) return ok("GLB\\DS_MSG.GLB is there");
    return refused(
      "GLB\\DS_MSG.GLB is missing: IMPORT could not say what goes wrong",
      "Copy DS_MSG.GLB into GLB from the disks of the installed version.",
    );
  }

  function mailbagPairs(): Check {
    const { ok, warning } = check("mailbags", "A KEY for every MBG and an MBG for every KEY", "Q132744");
    const keys = new Set(filesIn(census, "KEY").map(({ key }) => key.slice(4, -4)));
    const bags = new Set(filesIn(census, "MBG").map(({ key }) => key.slice(4, -4)));
    const alone = [...new Set([...keys, ...bags])].filter((id) => !keys.has(id) || !bags.has(id)).toSorted();
    if (alone.length === 0) return ok(`${bags.size} pairs`);
    return warning(`not in pairs: ${alone.join(", ")}`, "Run the postoffice's diagnostics before the next cycle.");
  }
}

const NEEDED: readonly FolderName[] = [...DIRECTORY_FOLDERS, "KEY", "LOG", "MBG"];
const TOUCHED: readonly FolderName[] = [...DIRECTORY_FOLDERS, "KEY", "MBG"];

/** MAILINT's list (Q132744) without what a fresh postoffice does not have yet: RNETSEM and the shadows (Q135868). */
const REQUIRED = [
  ...["ACCESS", "ACCESS2", "ACCESS3", "CONTROL", "GLOBAL", "GROUP", "GRPMEM", "MASTER", "NETPO", "NETWORK"].map(glb),
  ...["PROCESS", "REQCONF", "TID"].map(glb),
  "NME/ADMIN.NME",
  "GRP/ADMIN.GRP",
];

function glb(name: string): string {
  return `GLB/${name}.GLB`;
}
