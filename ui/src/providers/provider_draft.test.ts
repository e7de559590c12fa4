import { expect, it } from "vitest";
import { freeName, keyProblem } from "./key_entry";
import { draftFrom, toSave } from "./provider_draft";

it("gives a second provider of the same kind an id of its own", () => {
  const draft = draftFrom(null, ["custom", "custom-2"]);
  expect(draft.id).toBe("custom-3");
});

it("sends models once each, without blanks, and a name for people", () => {
  const draft = {
    ...draftFrom(null, []),
    models: " a, b\n a ,,",
    label: " ",
    baseUrl: " http://x ",
  };
  expect(toSave(draft)).toMatchObject({
    label: "custom",
    models: ["a", "b"],
    base_url: "http://x",
  });
});

it("says what is wrong with a key without quoting it", () => {
  expect(keyProblem("  ")).toBe("Paste a key first.");
  expect(keyProblem("sk abc")).not.toContain("abc");
  expect(keyProblem(" sk-abc\n")).toBeNull();
});

it("proposes a free name for one more key", () => {
  expect(freeName([])).toBe("default");
  expect(freeName(["default"])).toBe("key-2");
  expect(freeName(["default", "key-3"])).toBe("key-4");
});
