import { beforeEach, expect, it, vi } from "vitest";
import { Follow } from "./follow";

let grow: () => void;
let scroller: HTMLElement;
let size: { scrollHeight: number; clientHeight: number };
let pinned: boolean;
let follow: Follow;

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(told: () => void) {
        grow = told;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
  scroller = document.createElement("div");
  size = { scrollHeight: 1000, clientHeight: 200 };
  Object.defineProperty(scroller, "scrollHeight", { get: () => size.scrollHeight });
  Object.defineProperty(scroller, "clientHeight", { get: () => size.clientHeight });
  pinned = true;
  follow = new Follow(scroller, document.createElement("div"), true, (next) => (pinned = next));
});

function append(pixels: number): void {
  size.scrollHeight += pixels;
  grow();
}

function scrollTo(top: number): void {
  scroller.scrollTop = top;
  scroller.dispatchEvent(new Event("scroll"));
}

it("follows the end while it grows", () => {
  append(50);
  expect(scroller.scrollTop).toBe(850);
  append(50);
  expect(scroller.scrollTop).toBe(900);
});

it("lets go at the first turn of the wheel upwards, however small", () => {
  append(0);
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -1 }));
  expect(pinned).toBe(false);
  append(100);
  expect(scroller.scrollTop).toBe(800);
});

it.each([
  ["ArrowUp", false],
  ["PageUp", false],
  ["Home", false],
  [" ", true],
])("lets go at the key %j (shift %s)", (key, shiftKey) => {
  append(0);
  scroller.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey }));
  expect(pinned).toBe(false);
});

it("keeps following at keys that do not go up", () => {
  append(0);
  for (const key of ["ArrowDown", "End", "a", " "]) {
    scroller.dispatchEvent(new KeyboardEvent("keydown", { key }));
  }
  expect(pinned).toBe(true);
});

it("lets go when the scroll bar is dragged up by more than 24 pixels", () => {
  append(0);
  scrollTo(780);
  expect(pinned).toBe(true);
  scrollTo(700);
  expect(pinned).toBe(false);
});

it("follows again within 24 pixels of the end, but only on the way down", () => {
  append(0);
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -10 }));
  scrollTo(790);
  expect(pinned).toBe(false);
  scrollTo(500);
  scrollTo(775);
  expect(pinned).toBe(false);
  scrollTo(777);
  expect(pinned).toBe(true);
});

it("follows again when asked to", () => {
  append(0);
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -10 }));
  append(300);
  follow.pin();
  expect(scroller.scrollTop).toBe(1100);
  expect(pinned).toBe(true);
});

it("does nothing any more once stopped", () => {
  follow.stop();
  scroller.scrollTop = 10;
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -10 }));
  expect(pinned).toBe(true);
});
