/**
 * The text of one answer while it arrives. It only collects and tells; it never paints.
 */

/** What happened to a buffer: text was added at the end, or everything was replaced. */
export type BufferChange = "append" | "reset";

/** Collects the text of one answer and tells its listeners. Appending is cheap at any length. */
export class AnswerBuffer {
  #text: string;
  #generation = 0;
  readonly #listeners = new Set<(change: BufferChange) => void>();

  constructor(text = "") {
    this.#text = text;
  }

  /** The whole text so far, exactly as it was appended. */
  get text(): string {
    return this.#text;
  }

  /** Length in UTF-16 units. */
  get length(): number {
    return this.#text.length;
  }

  /** Counts resets, so that a reader knows whether the text it has shown is still the beginning. */
  get generation(): number {
    return this.#generation;
  }

  /** Adds text at the end. An empty text changes nothing and tells nobody. */
  append(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.#tell("append");
  }

  /** Replaces everything, as when a call starts over. */
  reset(text = ""): void {
    this.#text = text;
    this.#generation += 1;
    this.#tell("reset");
  }

  /** Calls `listener` after every change until the returned function is called. */
  onChange(listener: (change: BufferChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: BufferChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
