/** The text of one answer while it streams. Whoever shows it listens with `onChange`. */
export class AnswerBuffer {
  text = "";
  #listeners = new Set<() => void>();

  append(text: string): void {
    this.text += text;
    this.#notify();
  }

  reset(): void {
    this.text = "";
    this.#notify();
  }

  /** Calls `listener` after every change until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
