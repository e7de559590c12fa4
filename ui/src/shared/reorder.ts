/** How far the pointer moves before a press is a drag, in pixels. */
const START = 4;

export interface Reorder {
  axis: "x" | "y";
  /** The items in order, as they stand now. */
  items: () => HTMLElement[];
  /** Called once when an item was dropped at another place. */
  onmove: (from: number, to: number) => void;
  /** Called while an item is held over a place, and with `null` at the end. */
  onover?: (to: number | null) => void;
}

/** Begins a drag of item `from` with the pointer; call it from `pointerdown` on the handle. */
export function startReorder(event: PointerEvent, from: number, reorder: Reorder): void {
  if (event.button !== 0) return;
  const start = reorder.axis === "x" ? event.clientX : event.clientY;
  let to: number | null = null;
  const stop = new AbortController();
  const { signal } = stop;

  const move = (moved: PointerEvent): void => {
    const at = reorder.axis === "x" ? moved.clientX : moved.clientY;
    if (to === null && Math.abs(at - start) < START) return;
    moved.preventDefault();
    to = placeAt(at, from, reorder);
    reorder.onover?.(to);
  };
  const end = (): void => {
    stop.abort();
    reorder.onover?.(null);
    if (to !== null && to !== from) reorder.onmove(from, to);
  };
  const cancel = (pressed: KeyboardEvent): void => {
    if (pressed.key !== "Escape") return;
    pressed.stopPropagation();
    to = null;
    end();
  };
  window.addEventListener("pointermove", move, { signal });
  window.addEventListener("pointerup", end, { signal });
  window.addEventListener("pointercancel", end, { signal });
  window.addEventListener("keydown", cancel, { signal, capture: true });
}

/** Returns the place of the item whose middle the pointer has passed. */
function placeAt(at: number, from: number, { axis, items }: Reorder): number {
  const middles = items().map((item) => {
    const box = item.getBoundingClientRect();
    return axis === "x" ? box.left + box.width / 2 : box.top + box.height / 2;
  });
  let to = from;
  while (to + 1 < middles.length && at > (middles[to + 1] ?? Infinity)) to += 1;
  while (to > 0 && at < (middles[to - 1] ?? -Infinity)) to -= 1;
  return to;
}
