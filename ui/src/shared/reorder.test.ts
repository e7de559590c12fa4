import { describe, expect, it, vi } from "vitest";
import { startReorder } from "./reorder";

/** Three items of 100 pixels in a row. */
function items(): HTMLElement[] {
  return [0, 100, 200].map((left) => {
    const item = document.createElement("div");
    item.getBoundingClientRect = () => new DOMRect(left, 0, 100, 20);
    return item;
  });
}

const pointer = (type: string, clientX: number): PointerEvent =>
  Object.assign(new Event(type), { clientX, clientY: 0, button: 0 }) as unknown as PointerEvent;

function drag(from: number, start: number, end: number): ReturnType<typeof vi.fn> {
  const onmove = vi.fn();
  startReorder(pointer("pointerdown", start), from, { axis: "x", items, onmove });
  window.dispatchEvent(pointer("pointermove", end));
  window.dispatchEvent(pointer("pointerup", end));
  return onmove;
}

describe("dragging to reorder", () => {
  it("moves an item past the middles it crosses", () => {
    expect(drag(0, 50, 260)).toHaveBeenCalledWith(0, 2);
    expect(drag(2, 250, 120)).toHaveBeenCalledWith(2, 1);
  });

  it("leaves an item that is dropped where it was", () => {
    expect(drag(0, 50, 90)).not.toHaveBeenCalled();
  });

  it("takes no click for a drag", () => {
    expect(drag(1, 150, 152)).not.toHaveBeenCalled();
  });

  it("gives up on Escape", () => {
    const onmove = vi.fn();
    startReorder(pointer("pointerdown", 50), 0, { axis: "x", items, onmove });
    window.dispatchEvent(pointer("pointermove", 260));
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    window.dispatchEvent(pointer("pointerup", 260));
    expect(onmove).not.toHaveBeenCalled();
  });
});
