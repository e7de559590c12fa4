import { backend, type Batch, type Live } from "./backend";

/** The one subscription of this page to the live channel, passed on to whoever listens. */
class LiveChannel {
  #items = new Set<(item: Live) => void>();
  #gaps = new Set<() => void>();
  #next = 0;
  #stop: (() => void) | undefined;

  /** Subscribes to the backend until the returned function is called. */
  connect(): () => void {
    this.#stop?.();
    this.#next = 0;
    this.#stop = backend().subscribe((batch) => this.#receive(batch));
    return () => {
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  /** Calls `listener` for every item until the returned function is called. */
  onItem(listener: (item: Live) => void): () => void {
    this.#items.add(listener);
    return () => this.#items.delete(listener);
  }

  /** Calls `listener` after messages were lost: open calls must be fetched anew. */
  onGap(listener: () => void): () => void {
    this.#gaps.add(listener);
    return () => this.#gaps.delete(listener);
  }

  #receive(batch: Batch): void {
    const lost = batch.seq !== this.#next;
    this.#next = batch.seq + 1;
    if (lost) for (const listener of this.#gaps) listener();
    for (const item of batch.items) for (const listener of this.#items) listener(item);
  }
}

export const live = new LiveChannel();
