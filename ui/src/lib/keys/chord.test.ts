import { describe, expect, it } from "vitest";
import { chordLabel, isPlain, matches } from "./chord";

const key = (init: KeyboardEventInit): KeyboardEvent => new KeyboardEvent("keydown", init);

describe("chords", () => {
  it("take Ctrl for Mod on Linux and ⌘ on macOS", () => {
    const ctrl = key({ key: "k", code: "KeyK", ctrlKey: true });
    const command = key({ key: "k", code: "KeyK", metaKey: true });
    expect(matches("Mod+K", ctrl, false)).toBe(true);
    expect(matches("Mod+K", ctrl, true)).toBe(false);
    expect(matches("Mod+K", command, true)).toBe(true);
  });

  it("tell Shift apart", () => {
    const shifted = key({ key: "D", code: "KeyD", ctrlKey: true, shiftKey: true });
    expect(matches("Mod+Shift+D", shifted, false)).toBe(true);
    expect(matches("Mod+D", shifted, false)).toBe(false);
  });

  it("follow the letter of a Latin layout and the place of any other", () => {
    expect(matches("Mod+Z", key({ key: "z", code: "KeyY", ctrlKey: true }), false)).toBe(true);
    expect(matches("Mod+K", key({ key: "л", code: "KeyK", ctrlKey: true }), false)).toBe(true);
  });

  it("find ? on the slash key", () => {
    const help = key({ key: "?", code: "Slash", ctrlKey: true, shiftKey: true });
    expect(matches("Mod+Shift+/", help, false)).toBe(true);
  });

  it("are written as each system writes them", () => {
    expect(chordLabel("Mod+Shift+D", false)).toBe("Ctrl+Shift+D");
    expect(chordLabel("Mod+Shift+D", true)).toBe("⇧⌘D");
    expect(chordLabel("Alt+ArrowUp", false)).toBe("Alt+↑");
  });

  it("know which of them text fields need", () => {
    expect(isPlain("/")).toBe(true);
    expect(isPlain("Mod+K")).toBe(false);
    expect(isPlain("F2")).toBe(false);
  });
});
