/** Most steps that can be undone. */
const MOST = 100;

/** Undo and redo of whole states. */
export class History<T> {
  #past: T[] = [];
  #future: T[] = [];

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  /** Keeps the state before a change. */
  remember(before: T): void {
    this.#past.push(before);
    if (this.#past.length > MOST) this.#past.shift();
    this.#future = [];
  }

  /** Returns the state before the last change, or `null` if there is none. */
  undo(now: T): T | null {
    const before = this.#past.pop();
    if (before === undefined) return null;
    this.#future.push(now);
    return before;
  }

  redo(now: T): T | null {
    const after = this.#future.pop();
    if (after === undefined) return null;
    this.#past.push(now);
    return after;
  }

  clear(): void {
    this.#past = [];
    this.#future = [];
  }
}
