import { describe, expect, it } from "vitest";
import { mayBeLink, safeLink, saysWhere } from "./link_rules";

describe("safeLink", () => {
  it.each([
    ["https://a.example/x?y#z", "https://a.example/x?y#z", "a.example"],
    ["HTTP://A.example:8080", "http://a.example:8080/", "a.example:8080"],
    ["https://bücher.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"],
    ["https://user:pw@evil.example/", "https://user:pw@evil.example/", "evil.example"],
    ["mailto:me@a.example?subject=x", "mailto:me@a.example?subject=x", "me@a.example"],
  ])("takes %s", (raw, url, host) => {
    expect(safeLink(raw)).toEqual({ url, host });
  });

  it.each([
    "",
    "x",
    "/x",
    "//a.example",
    "#a",
    "javascript:1",
    "data:,x",
    "file:///x",
    "tauri://localhost",
    "mailto:",
    "https://",
    `https://a.example/${"x".repeat(9000)}`,
  ])("refuses %s", (raw) => {
    expect(safeLink(raw)).toBeNull();
  });
});

it("sees a scheme through control characters and blanks", () => {
  expect(mayBeLink("java\nscript:x")).toBe(false);
  expect(mayBeLink("\u0001 DATA:x")).toBe(false);
  expect(mayBeLink("docs/x.md")).toBe(true);
  expect(mayBeLink("https://a.example")).toBe(true);
});

it("knows whether a text says where its link goes", () => {
  const link = { url: "https://a.example/", host: "a.example" };
  expect(saysWhere("https://a.example", link)).toBe(true);
  expect(saysWhere("a.example", link)).toBe(true);
  expect(saysWhere("https://b.example", link)).toBe(false);
  expect(saysWhere("here", link)).toBe(false);
});
