/** Rest after the last change before it is saved, in milliseconds. */
const REST = 250;
/** Longest a change waits while changes keep coming, in milliseconds. */
const LONGEST = 1500;
/** Wait before a failed save is tried again, in milliseconds. */
const RETRY = 3000;

/** Saves a short while after the last change, and again if changes came meanwhile. */
export class Autosave {
  /** Why the last save failed; `null` if it did not. */
  failure: string | null = $state(null);
  /** Whether something is not saved yet. */
  pending = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since: number | null = null;
  #saving: Promise<void> | null = null;

  constructor(readonly save: () => Promise<void>) {}

  /** Says that something changed. */
  touch(): void {
    this.pending = true;
    const now = performance.now();
    this.#since ??= now;
    this.#later(Math.max(0, Math.min(REST, this.#since + LONGEST - now)));
  }

  /** Saves now what is not saved yet; returns whether everything is saved. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.pending) {
      this.#saving ??= this.#once().finally(() => (this.#saving = null));
      await this.#saving;
      if (this.failure !== null) return false;
    }
    return true;
  }

  /** Forgets what is not saved; for a thing that is gone. */
  drop(): void {
    clearTimeout(this.#timer);
    this.pending = false;
    this.failure = null;
    this.#since = null;
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  async #once(): Promise<void> {
    this.pending = false;
    this.#since = null;
    try {
      await this.save();
      this.failure = null;
    } catch (thrown) {
      this.pending = true;
      this.failure = thrown instanceof Error ? thrown.message : String(thrown);
      this.#later(RETRY);
    }
  }
}
