/**
 * One animation frame loop for all streamed answers. It runs only while something visible has changed.
 */

/** Something that is painted when it is dirty and visible. */
export interface Painter {
  /** Whether it is on the screen. */
  readonly visible: boolean;
  /** Paints; `false` if it stopped at `deadline` (of `performance.now`) with work left. */
  paint(deadline: number): boolean;
}

/** Time for painting in one frame, in milliseconds; the rest of a 16.7 ms frame belongs to layout. */
const BUDGET_MS = 8;

/** Paints dirty visible painters, a third of many per frame, in turn. */
export class PaintScheduler {
  readonly #dirty = new Set<Painter>();
  #frame = 0;

  constructor() {
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.flush();
    });
  }

  /** Has `painter` painted in one of the next frames, or as soon as it is visible again. */
  mark(painter: Painter): void {
    this.#dirty.add(painter);
    if (this.#frame === 0 && painter.visible) this.#request();
  }

  /** Forgets a painter that goes away. */
  drop(painter: Painter): void {
    this.#dirty.delete(painter);
  }

  /** Paints everything that is dirty and visible, now. Frames stop while a window is hidden. */
  flush(): void {
    for (const painter of this.#waiting()) this.#paint(painter, Number.POSITIVE_INFINITY);
  }

  #request(): void {
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#onFrame();
    });
  }

  #onFrame(): void {
    const waiting = this.#waiting();
    // With many columns each is painted in every third frame: twenty times a second still flows, and
    // most of a frame's cost is the browser's painting of what changed.
    const turn = waiting.length > 2 ? waiting.slice(0, Math.ceil(waiting.length / 3)) : waiting;
    const deadline = performance.now() + BUDGET_MS;
    for (const painter of turn) this.#paint(painter, deadline);
    if (this.#frame === 0 && this.#waiting().length > 0) this.#request();
  }

  #paint(painter: Painter, deadline: number): void {
    this.#dirty.delete(painter);
    // Marked again it goes to the end of the line, so that nobody waits for ever.
    if (!painter.paint(deadline)) this.#dirty.add(painter);
  }

  #waiting(): Painter[] {
    return [...this.#dirty].filter((painter) => painter.visible);
  }
}

let shared: PaintScheduler | undefined;

/** Returns the scheduler that all answers of the page share. */
export function paintScheduler(): PaintScheduler {
  return (shared ??= new PaintScheduler());
}
