import type { Message } from "./message.ts";
import { AUTOCREATE_MESSAGES } from "./messages/autocreate.ts";
import { FILE_MESSAGES } from "./messages/files.ts";
import { LIST_MESSAGES } from "./messages/lists.ts";
import { LOCAL_USER_MESSAGES } from "./messages/local-users.ts";
import { REBUILD_MESSAGES } from "./messages/rebuild.ts";
import { REQUESTOR_MESSAGES } from "./messages/requestor.ts";
import { SERVER_MESSAGES } from "./messages/server.ts";
import { TEXT_MESSAGES } from "./messages/text.ts";

/** Every message number that an article explains; the others, up to 249, are undocumented. */
export const MESSAGES: ReadonlyMap<number, Message> = new Map(
  [
    FILE_MESSAGES,
    TEXT_MESSAGES,
    LIST_MESSAGES,
    AUTOCREATE_MESSAGES,
    LOCAL_USER_MESSAGES,
    REQUESTOR_MESSAGES,
    SERVER_MESSAGES,
    REBUILD_MESSAGES,
  ]
    .flat()
    .map((message) => [message.number, message]),
);
