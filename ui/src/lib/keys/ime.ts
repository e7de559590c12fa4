/**
 * Knows whether a key belongs to an input method (Japanese, Chinese, Korean …), so that the Enter that
 * commits a word does not also act.
 *
 * `isComposing` is believed. Key code 229 alone is not: some browsers send it for a plain Enter, and
 * a guard that believes it swallows that Enter. It counts only while a composition is open. WebKit
 * closes the composition just before the key that closed it, in the same task; hence the delay.
 */
export class CompositionGuard {
  #open = false;
  #closing: ReturnType<typeof setTimeout> | undefined;

  /** Watches compositions below `target` until the returned function is called. */
  watch(target: EventTarget): () => void {
    const start = (): void => {
      clearTimeout(this.#closing);
      this.#open = true;
    };
    const end = (): void => {
      clearTimeout(this.#closing);
      this.#closing = setTimeout(() => (this.#open = false), 0);
    };
    target.addEventListener("compositionstart", start, true);
    target.addEventListener("compositionend", end, true);
    return () => {
      clearTimeout(this.#closing);
      target.removeEventListener("compositionstart", start, true);
      target.removeEventListener("compositionend", end, true);
    };
  }

  /** Returns whether the key is the input method's and must be left alone. */
  owns(event: KeyboardEvent): boolean {
    return event.isComposing || (event.keyCode === 229 && this.#open);
  }
}

/** The guard of this page; the shell makes it watch the document. */
export const composition = new CompositionGuard();
