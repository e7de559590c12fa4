/** Scrolls several regions together, by the share of their height that is scrolled away. */
export class SyncScroll {
  #regions = new Map<string, { element: HTMLElement; stop: () => void }>();
  /** Regions that were moved by us: their next scroll event is an echo. */
  #echoes = new WeakSet<HTMLElement>();

  constructor(readonly enabled: () => boolean) {}

  /** Sets the region of a column; `undefined` takes it out. */
  set(column: string, element: HTMLElement | undefined): void {
    const old = this.#regions.get(column);
    if (old?.element === element) return;
    old?.stop();
    this.#regions.delete(column);
    if (!element) return;
    const listen = (): void => this.#scrolled(element);
    element.addEventListener("scroll", listen, { passive: true });
    const stop = (): void => element.removeEventListener("scroll", listen);
    this.#regions.set(column, { element, stop });
  }

  #scrolled(from: HTMLElement): void {
    if (this.#echoes.delete(from) || !this.enabled()) return;
    const room = from.scrollHeight - from.clientHeight;
    const share = room > 0 ? from.scrollTop / room : 0;
    for (const { element } of this.#regions.values()) {
      if (element === from || !element.isConnected) continue;
      const top = Math.round(share * (element.scrollHeight - element.clientHeight));
      if (Math.abs(element.scrollTop - top) < 1) continue;
      this.#echoes.add(element);
      element.scrollTop = top;
    }
  }
}
