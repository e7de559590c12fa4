import { describe, expect, it } from "vitest";
import { KINDS, ofKind, readLine, writeLine, type KindId } from "./fault_line";

const NOTHING = { target: "openai", args: [], start: "", duration: "", kind: "auth" as KindId };

describe("fault lines and their fields", () => {
  it.each([
    ["openai=outage:10m", "openai=outage:503+10m"],
    ["openai=outage:refused,10m", "openai=outage:refused+10m"],
    ["anthropic=errors:20%,529@5m+15m", "anthropic=errors:20%,529@5m+15m"],
    ["anthropic=errors:0.2", "anthropic=errors:20%"],
    ["openai/gpt-6.1-terra=latency:x3@30m", "openai/gpt-6.1-terra=latency:x3@30m"],
    ["openai=latency:2s/8s", "openai=latency:2s/8s"],
    ["sandbox/a=b=cut", "sandbox/a=b=cut"],
    ["openai=rate_limit:60@1h30m", "openai=rate_limit:60@1h30m"],
    ["openai=auth@10m+5m", "openai=auth@10m+5m"],
  ])("reads %s and writes the same fault", (line, same) => {
    const fields = readLine(line);
    expect(fields && writeLine(fields)).toBe(same);
  });

  it.each(Object.keys(KINDS) as KindId[])("shows a new %s line in fields again", (kind) => {
    const fields = { ...ofKind(kind, { ...NOTHING, start: "10m", duration: "10m" }) };
    expect(readLine(writeLine(fields))).toEqual(fields);
  });

  it("keeps the grammar's marks out of fields, so that one field cannot become two", () => {
    const fields = { ...ofKind("errors", NOTHING), args: ["20%,503", "5 00"], start: "1m+2m" };
    expect(writeLine(fields)).toBe("openai=errors:20503%,500@1m2m");
  });

  it.each(["", "openai", "openai=", "openai=flood", "openai=outage:10m+10m", "=outage"])(
    "leaves %j to the text form",
    (line) => expect(readLine(line)).toBeNull(),
  );
});
