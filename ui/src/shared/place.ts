/** Room kept to the window's edge, in pixels. */
const EDGE = 8;
/** Gap between a control and what opens at it, in pixels. */
const GAP = 4;

/** Puts a fixed box at its anchor: below if it fits, else above, never outside the window. */
export function place(box: HTMLElement, anchor: HTMLElement, align: "start" | "end"): void {
  const at = anchor.getBoundingClientRect();
  const below = window.innerHeight - at.bottom - GAP - EDGE;
  const above = at.top - GAP - EDGE;
  const height = box.scrollHeight;
  const under = height <= below || below >= above;
  box.style.maxHeight = `${Math.max(120, under ? below : above)}px`;
  const left = align === "start" ? at.left : at.right - box.offsetWidth;
  const most = window.innerWidth - box.offsetWidth - EDGE;
  box.style.left = `${Math.max(EDGE, Math.min(left, most))}px`;
  if (under) {
    box.style.top = `${at.bottom + GAP}px`;
  } else {
    box.style.bottom = `${window.innerHeight - at.top + GAP}px`;
  }
}
