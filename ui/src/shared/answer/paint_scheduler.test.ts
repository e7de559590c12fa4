import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PaintScheduler, type Painter } from "./paint_scheduler";

let frames: FrameRequestCallback[];
beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => frames.push(callback));
});
afterEach(() => vi.unstubAllGlobals());

function frame(): void {
  const due = frames;
  frames = [];
  for (const callback of due) callback(performance.now());
}

class Counter implements Painter {
  visible = true;
  painted = 0;
  left = 0;
  paint(): boolean {
    this.painted += 1;
    return this.left-- <= 0;
  }
}

it("asks for no frame while nothing changes", () => {
  const scheduler = new PaintScheduler();
  const painter = new Counter();
  scheduler.mark(painter);
  frame();
  expect(painter.painted).toBe(1);
  expect(frames).toHaveLength(0);
});

it("paints once per frame however often it is marked", () => {
  const scheduler = new PaintScheduler();
  const painter = new Counter();
  for (let i = 0; i < 10; i += 1) scheduler.mark(painter);
  expect(frames).toHaveLength(1);
  frame();
  expect(painter.painted).toBe(1);
});

it("paints many in turn, a third of them per frame, and forgets none", () => {
  const scheduler = new PaintScheduler();
  const painters = Array.from({ length: 6 }, () => new Counter());
  for (const painter of painters) scheduler.mark(painter);
  frame();
  expect(painters.map((it) => it.painted)).toEqual([1, 1, 0, 0, 0, 0]);
  for (const painter of painters) scheduler.mark(painter);
  for (let i = 0; i < 3; i += 1) frame();
  expect(painters.every((it) => it.painted >= 1)).toBe(true);
});

it("goes on with a painter that did not finish", () => {
  const scheduler = new PaintScheduler();
  const painter = new Counter();
  painter.left = 2;
  scheduler.mark(painter);
  for (let i = 0; i < 5; i += 1) frame();
  expect(painter.painted).toBe(3);
});

it("leaves what is not visible until it is", () => {
  const scheduler = new PaintScheduler();
  const painter = new Counter();
  painter.visible = false;
  scheduler.mark(painter);
  expect(frames).toHaveLength(0);
  painter.visible = true;
  scheduler.mark(painter);
  frame();
  expect(painter.painted).toBe(1);
});

it("paints at once what waited while the window was hidden", () => {
  const scheduler = new PaintScheduler();
  const painters = [new Counter(), new Counter(), new Counter(), new Counter()];
  for (const painter of painters) scheduler.mark(painter);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(painters.map((it) => it.painted)).toEqual([1, 1, 1, 1]);
});

it("forgets a painter that went away", () => {
  const scheduler = new PaintScheduler();
  const painter = new Counter();
  scheduler.mark(painter);
  scheduler.drop(painter);
  frame();
  expect(painter.painted).toBe(0);
});
