import { ResyncError, type ErrorDetails } from "../../errors.ts";

/** `DSS_NOT_READY`: a check before the first change said no. */
export function notReady(message: string, details: Omit<ErrorDetails, "message">): ResyncError {
  return new ResyncError("DSS_NOT_READY", { message, state: "Nothing was changed on the DSS.", ...details });
}
