import { describe, expect, it } from "vitest";
import { parseStatus } from "../../../../../src/push/generate/hosts/samba/services.ts";
import { win32Number } from "../../../../../src/push/generate/hosts/samba/win32-names.ts";

const CONFIGURATION = `Configuration details:
	Controls Accepted    = 0x5
	Service Type         = 0x10
	Start Type           = 0x3
	Display Name         = X service is stopped.
`;

describe("the state that net rpc service status prints", () => {
  it.each([
    ["running", "running"],
    ["stop pending", "stop-pending"],
    ["start pending", "start-pending"],
    ["stopped", "stopped"],
    ["paused", "paused"],
    ["pause pending", "pause-pending"],
    ["resume pending", "continue-pending"],
  ])("%s", (printed, state) => {
    const text = `MSExchangeDX service is ${printed}.\n${CONFIGURATION}`;
    expect(parseStatus("msexchangedx", text)).toEqual({ state, startType: "manual", win32ExitCode: undefined });
  });

  it("is unknown when another service's or a foreign word stands there", () => {
    expect(parseStatus("MSExchangeDX", "MSExchangeMTA service is running.\n")).toBeUndefined();
    expect(parseStatus("MSExchangeDX", "MSExchangeDX service is läuft.\n")).toBeUndefined();
  });

  it("comes without a start type where the configuration may not be read", () => {
    expect(parseStatus("MSExchangeDX", "MSExchangeDX service is running.\n")?.startType).toBe("unknown");
  });
});

describe("Win32 numbers", () => {
  it.each([
    ["WERR_SERVICE_LOGON_FAILED", 1069],
    ["WERR_SERVICE_ALREADY_RUNNING", 1056],
    ["DOS code 0x0000085c", 2140],
    ["NT_STATUS_LOGON_FAILURE", undefined],
  ])("%s is %s", (code, number) => {
    expect(win32Number(code)).toBe(number);
  });
});
