/**
 * Brings one answer buffer onto the screen, rendered or raw, as part of the shared frame loop.
 */
import { MarkdownStream, RawStream, type AnswerBuffer } from "../../lib/markdown";
import { paintScheduler, type Painter } from "./paint_scheduler";

export type AnswerMode = "rendered" | "raw";

/** Longest answer shown without being asked for, in UTF-16 units. */
export const LARGE = 2_000_000;

type Sink = MarkdownStream | RawStream;

/** What the painter tells its view. */
export interface PainterEvents {
  /** The answer passed `LARGE` and is held back, or no longer is. */
  onLarge(large: boolean): void;
  /** Called around the final settling, which may change heights; returns what to do after it. */
  aroundEnd(): () => void;
}

/** Paints one buffer into one element. */
export class AnswerPainter implements Painter {
  readonly #body: HTMLElement;
  readonly #events: PainterEvents;
  #buffer: AnswerBuffer | null = null;
  #unlisten: () => void = () => {};
  #mode: AnswerMode = "rendered";
  #sink: Sink;
  #taken = 0;
  #generation = 0;
  #live = false;
  #ended = false;
  #revealed = false;
  #large = false;
  #visible = true;

  constructor(body: HTMLElement, events: PainterEvents) {
    this.#body = body;
    this.#events = events;
    this.#sink = new MarkdownStream(body);
  }

  get visible(): boolean {
    return this.#visible;
  }

  /** Says whether the view is on the screen; what changed meanwhile is painted when it is again. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#mark();
  }

  setBuffer(buffer: AnswerBuffer): void {
    if (buffer === this.#buffer) return;
    this.#unlisten();
    this.#buffer = buffer;
    this.#revealed = false;
    this.#restart();
    this.#unlisten = buffer.onChange(() => this.#mark());
  }

  setMode(mode: AnswerMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#sink.reset();
    this.#sink = mode === "raw" ? new RawStream(this.#body) : new MarkdownStream(this.#body);
    this.#restart();
  }

  setLive(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    if (live) this.#ended = false;
    this.#mark();
  }

  /** Shows an answer that was held back for its size. */
  reveal(): void {
    this.#revealed = true;
    this.#mark();
  }

  stop(): void {
    this.#unlisten();
    paintScheduler().drop(this);
  }

  paint(deadline: number): boolean {
    this.#take();
    // Painting puts a caret: what has ended is left as it is.
    if (this.#ended && !this.#live) return true;
    if (!this.#sink.paint(deadline)) return false;
    if (this.#live || this.#large) return true;
    if (!this.#ended) {
      this.#ended = true;
      const after = this.#events.aroundEnd();
      this.#sink.end();
      after();
    }
    return true;
  }

  #take(): void {
    const buffer = this.#buffer;
    if (!buffer) return;
    if (buffer.generation !== this.#generation) {
      this.#generation = buffer.generation;
      this.#sink.reset();
      this.#taken = 0;
      this.#revealed = false;
      this.#ended = false;
    }
    this.#setLarge(buffer.length > LARGE && !this.#revealed);
    if (this.#large || buffer.length === this.#taken) return;
    this.#ended = false;
    this.#sink.append(buffer.text.slice(this.#taken));
    this.#taken = buffer.length;
  }

  #restart(): void {
    this.#sink.reset();
    this.#taken = 0;
    this.#generation = this.#buffer?.generation ?? 0;
    this.#ended = false;
    this.#mark();
  }

  #setLarge(large: boolean): void {
    if (large === this.#large) return;
    this.#large = large;
    this.#events.onLarge(large);
  }

  #mark(): void {
    paintScheduler().mark(this);
  }
}
