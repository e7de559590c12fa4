/**
 * Shows text as it is, in pieces small enough that adding at the end never lays out the beginning again.
 */

/** Text per piece, in UTF-16 units; a piece ends at a line end. */
const PIECE = 4_096;
/** Text taken per step of `paint`. */
const STEP = 262_144;

/** One raw answer. The element should keep white space. */
export class RawStream {
  readonly #root: HTMLElement;
  #queued = "";
  #open: { element: HTMLElement; text: Text } | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** Whether text waits to be painted. */
  get pending(): boolean {
    return this.#queued !== "";
  }

  /** Takes text; nothing shows until `paint`. */
  append(text: string): void {
    this.#queued += text;
  }

  /** Forgets everything and empties the element. */
  reset(): void {
    this.#queued = "";
    this.#open = null;
    this.#root.replaceChildren();
  }

  /** Shows what was taken; `false` if it stopped at `deadline` (of `performance.now`) with text left. */
  paint(deadline = Number.POSITIVE_INFINITY): boolean {
    while (this.#queued !== "") {
      const step = this.#queued.slice(0, STEP);
      this.#queued = this.#queued.slice(step.length);
      this.#show(step);
      if (this.#queued !== "" && performance.now() >= deadline) return false;
    }
    const last = this.#open?.element ?? this.#root;
    if (!last.hasAttribute("data-caret")) {
      this.#clearCaret();
      last.setAttribute("data-caret", "");
    }
    return true;
  }

  /** Says that no more text comes. */
  end(): void {
    this.paint();
    this.#clearCaret();
  }

  #show(step: string): void {
    let rest = step;
    while (rest !== "") {
      const piece = (this.#open ??= this.#newPiece());
      const room = PIECE - piece.text.length;
      const lineEnd = room <= 0 ? rest.indexOf("\n") : rest.indexOf("\n", room);
      const take = lineEnd < 0 ? rest : rest.slice(0, lineEnd + 1);
      piece.text.appendData(take);
      rest = rest.slice(take.length);
      if (lineEnd >= 0) {
        piece.element.classList.add("md-far");
        this.#open = null;
      }
    }
  }

  #newPiece(): { element: HTMLElement; text: Text } {
    const element = document.createElement("div");
    const text = document.createTextNode("");
    element.append(text);
    this.#root.append(element);
    return { element, text };
  }

  #clearCaret(): void {
    this.#root.removeAttribute("data-caret");
    for (const old of this.#root.querySelectorAll("[data-caret]"))
      old.removeAttribute("data-caret");
  }
}
