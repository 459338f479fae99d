import { messages } from "../message.ts";

const TEXT_ONLY = "Belongs to the import of local users from a text file; it does not come from a RESYNC.";

/** Messages of batch imports of local users and of the making of files: none belongs to the reading of a RESYNC.GLB. */
export const LOCAL_USER_MESSAGES = messages([
  [
    63,
    "Resync extract failed",
    "unclear",
    "Q96003",
    "The making of a RESYNC.GLB failed; that happens on the directory server only.",
  ],
  [
    67,
    "Only at the directory server",
    "unclear",
    "Q96003",
    "A RESYNC.GLB or a full extract can only be made on the directory server.",
  ],
  [82, "Token not allowed for the type", "unclear", "Q96003", TEXT_ONLY],
  [83, "Invalid token", "unclear", "Q96003", TEXT_ONLY],
  [84, "Invalid token value", "unclear", "Q96003", TEXT_ONLY],
  [85, "Creating the user failed", "unclear", "Q96003", TEXT_ONLY],
  [86, "Deleting the user failed", "unclear", "Q96003", TEXT_ONLY],
  [87, "User maximum reached", "unclear", "Q96003 Q123376", `${TEXT_ONLY} A postoffice holds 500 users.`],
  [88, "Assignment failed", "unclear", "Q96003", TEXT_ONLY],
  [89, "Password cut to 8 characters", "warning", "Q96003", TEXT_ONLY],
  [92, "Local user became external", "unclear", "Q96003", TEXT_ONLY],
  [93, "Access ignored for administrator", "warning", "Q96003", TEXT_ONLY],
]);
