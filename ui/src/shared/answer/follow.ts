/**
 * Keeps a scrolled region at its end while it grows, until the reader goes up. It never fights the reader.
 */

/** Distance from the end, in pixels, within which scrolling down follows again. */
const NEAR = 24;
const UPWARD_KEYS = new Set(["ArrowUp", "PageUp", "Home"]);

/** Follows the end of `scroller` as `content` grows. */
export class Follow {
  readonly #scroller: HTMLElement;
  readonly #onPinned: (pinned: boolean) => void;
  readonly #observer: ResizeObserver;
  readonly #listening = new AbortController();
  #pinned: boolean;
  #top = 0;

  constructor(
    scroller: HTMLElement,
    content: Element,
    pinned: boolean,
    onPinned: (pinned: boolean) => void,
  ) {
    this.#scroller = scroller;
    this.#onPinned = onPinned;
    this.#pinned = pinned;
    // Observed sizes arrive after layout, so that following costs no layout of its own.
    this.#observer = new ResizeObserver(() => this.#toEnd());
    this.#observer.observe(content);
    this.#observer.observe(scroller);
    const options = { passive: true, signal: this.#listening.signal };
    scroller.addEventListener("wheel", (event) => event.deltaY < 0 && this.#unpin(), options);
    scroller.addEventListener("keydown", (event) => this.#onKey(event), options);
    scroller.addEventListener("scroll", () => this.#onScroll(), options);
  }

  /** Whether the end is followed. */
  get pinned(): boolean {
    return this.#pinned;
  }

  /** Follows again and goes to the end. */
  pin(): void {
    this.#setPinned(true);
    this.#toEnd();
  }

  /** Stops following, as when a finished answer is to be read from its beginning. */
  release(): void {
    this.#setPinned(false);
  }

  stop(): void {
    this.#observer.disconnect();
    this.#listening.abort();
  }

  #toEnd(): void {
    if (!this.#pinned) return;
    const end = this.#scroller.scrollHeight - this.#scroller.clientHeight;
    if (end > this.#scroller.scrollTop) this.#scroller.scrollTop = end;
    this.#top = this.#scroller.scrollTop;
  }

  #onKey(event: KeyboardEvent): void {
    if (UPWARD_KEYS.has(event.key) || (event.key === " " && event.shiftKey)) this.#unpin();
  }

  #onScroll(): void {
    const top = this.#scroller.scrollTop;
    const left = this.#scroller.scrollHeight - this.#scroller.clientHeight - top;
    if (top < this.#top && left > NEAR) this.#setPinned(false);
    else if (top > this.#top && left <= NEAR) this.#setPinned(true);
    this.#top = top;
  }

  #unpin(): void {
    if (this.#scroller.scrollTop > 0) this.#setPinned(false);
  }

  #setPinned(pinned: boolean): void {
    if (pinned === this.#pinned) return;
    this.#pinned = pinned;
    this.#onPinned(pinned);
  }
}
