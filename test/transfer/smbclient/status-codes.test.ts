import { describe, expect, it } from "vitest";
import { errorCodeOf, statusCodes } from "../../../src/transfer/smbclient/status-codes.ts";

describe("status codes in what Samba prints", () => {
  it.each([
    ["Connection failed: NT_STATUS_LOGON_FAILURE", ["NT_STATUS_LOGON_FAILURE"], "AUTH_FAILED"],
    ["tree connect failed: NT_STATUS_ACCESS_DENIED", ["NT_STATUS_ACCESS_DENIED"], "ACCESS_DENIED"],
    ["Failed to open service.  [WERR_ACCESS_DENIED]", ["WERR_ACCESS_DENIED"], "ACCESS_DENIED"],
    ["Failed to open service.  [WERR_SERVICE_DOES_NOT_EXIST]", ["WERR_SERVICE_DOES_NOT_EXIST"], "NOT_FOUND"],
    ["registry_openkey failed: NT_STATUS_NO_SUCH_DEVICE", ["NT_STATUS_NO_SUCH_DEVICE"], "NOT_FOUND"],
    ["NT_STATUS_SHARING_VIOLATION opening remote file \\x", ["NT_STATUS_SHARING_VIOLATION"], "FILE_BUSY"],
    ["do_connect: failed (Error NT_STATUS_CONNECTION_REFUSED)", ["NT_STATUS_CONNECTION_REFUSED"], "CONNECT_REFUSED"],
    ["Failed to start service: MSExchangeDX [WERR_OK]", [], undefined],
    ["Query failed. [DOS code 0x0000085c]", ["DOS code 0x0000085c"], undefined],
    ["Unable to find a suitable server for domain WORKGROUP", [], undefined],
  ])("%s", (output, codes, error) => {
    expect(statusCodes(output)).toEqual(codes);
    expect(errorCodeOf(codes)).toBe(error);
  });

  it("takes the first that tells something", () => {
    const output =
      "WARNING [NT_STATUS_SOMETHING_ODD]\nNT_STATUS_DISK_FULL closing remote file\nNT_STATUS_ACCESS_DENIED";
    expect(errorCodeOf(statusCodes(output))).toBe("DISK_FULL");
  });
});
