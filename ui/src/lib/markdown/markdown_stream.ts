/**
 * Renders markdown while it arrives. Finished blocks are rendered once and never touched; only the
 * unfinished tail is parsed again, and an open code fence not even that: its text is appended. At the end
 * one parse of the whole text puts right what only the whole can tell (link definitions, for example).
 *
 * It renders into an element it owns. It schedules nothing and scrolls nothing.
 */
import { parseBlocks, parseReferences, type Block, type References, type TopBlock } from "./blocks";
import { OpenFence } from "./open_fence";
import { FAR, patchBlocks, STABLE, type Shown } from "./patch";

/** Text parsed at a time, in UTF-16 units; longer input is taken in such steps. */
const STEP = 16_384;
/**
 * Finished blocks behind the tail that keep their layout. WebKit looks at every block that may skip its own
 * in every frame, so leaving out the near ones costs less than it saves.
 */
const NEAR_BLOCKS = 200;
/** Longest text that is parsed whole at the end; beyond it the incremental result stands. */
const WHOLE = 1_000_000;

/** One rendered answer. */
export class MarkdownStream {
  readonly #root: HTMLElement;
  readonly #shown: Shown[] = [];
  #references: References = {};
  /** Whole text, line ends normalised. */
  #text = "";
  /** Unfinished text, and the index of its first block in `#shown`. */
  #tail = "";
  #tailAt = 0;
  #queued = "";
  #carriageReturn = false;
  #fence: OpenFence | null = null;
  #caret: Element | null = null;
  #ended = false;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** Whether text waits to be painted. */
  get pending(): boolean {
    return this.#queued !== "";
  }

  /** Takes text; nothing shows until `paint`. */
  append(text: string): void {
    if (text === "") return;
    const joined = (this.#carriageReturn ? "\r" : "") + text;
    this.#carriageReturn = joined.endsWith("\r");
    const whole = this.#carriageReturn ? joined.slice(0, -1) : joined;
    this.#queued += whole.replace(/\r\n?/g, "\n");
    this.#ended = false;
  }

  /** Forgets everything and empties the element. */
  reset(): void {
    this.#shown.length = 0;
    this.#references = {};
    this.#text = this.#tail = this.#queued = "";
    this.#tailAt = 0;
    this.#carriageReturn = false;
    this.#fence = null;
    this.#caret = null;
    this.#ended = false;
    this.#root.replaceChildren();
    this.#root.removeAttribute("data-caret");
  }

  /**
   * Shows what was taken, with a caret at the end. Returns `false` if it stopped at `deadline`
   * (milliseconds on the clock of `performance.now`) with text left.
   */
  paint(deadline = Number.POSITIVE_INFINITY): boolean {
    while (this.#queued !== "") {
      this.#advance();
      if (this.#queued !== "" && performance.now() >= deadline) return false;
    }
    this.#moveCaret();
    return true;
  }

  /** Says that no more text comes: takes the caret away, closes what is open and settles the whole. */
  end(): void {
    if (this.#carriageReturn) {
      this.#carriageReturn = false;
      this.#queued += "\n";
    }
    while (this.#queued !== "") this.#advance();
    this.#caret?.removeAttribute("data-caret");
    this.#caret = null;
    if (this.#ended) return;
    this.#ended = true;
    if (this.#text.length <= WHOLE) {
      patchBlocks(this.#root, this.#shown, blocksOf(parseBlocks(this.#text, {})));
    } else {
      const rest = this.#fence?.source ?? this.#tail;
      patchBlocks(this.#root, this.#shown, blocksOf(this.#parseTail(rest)), this.#tailAt);
    }
    this.#settle(this.#shown.length);
  }

  /** Takes one step of the queue. */
  #advance(): void {
    // A block longer than a step doubles the step, so that its tail is not parsed over and over.
    const piece = this.#queued.slice(0, Math.max(STEP, this.#tail.length));
    this.#queued = this.#queued.slice(piece.length);
    this.#text += piece;
    if (this.#fence) this.#feedFence(this.#fence, piece);
    else {
      this.#tail += piece;
      this.#renderTail();
    }
  }

  #feedFence(fence: OpenFence, piece: string): void {
    const { show, rest } = fence.feed(piece);
    this.#shown[this.#tailAt]?.code?.append(show);
    if (rest === null) return;
    this.#fence = null;
    patchBlocks(this.#root, this.#shown, blocksOf(this.#parseTail(fence.source)), this.#tailAt);
    this.#settle(this.#shown.length);
    this.#tail = rest;
    if (rest !== "") this.#renderTail();
  }

  #renderTail(): void {
    const tops = this.#parseTail(this.#tail);
    const last = tops.at(-1);
    if (last?.block.kind === "code" && this.#enterFence(tops, last)) return;
    const blocks = blocksOf(tops);
    markOpen(blocks);
    patchBlocks(this.#root, this.#shown, blocks, this.#tailAt);
    this.#commit(tops);
  }

  /** Finishes every block that no later line can change. */
  #commit(tops: TopBlock[]): void {
    const starts = lineStarts(this.#tail);
    const completeLines = starts.length - 1;
    const last = tops.at(-1);
    if (!last) return;
    // A last line that is not whole yet may still turn out to belong to the block before it.
    const sure = last.line < completeLines || this.#closedBefore(tops, starts, last.line);
    const keepFrom = tops.length - (sure ? 1 : 2);
    const kept = tops[keepFrom];
    if (keepFrom <= 0 || !kept) return;
    this.#cut(starts[kept.line] ?? 0, keepFrom);
  }

  /** Whether a blank line stands before `line` and the block before it is one that a blank line closes. */
  #closedBefore(tops: TopBlock[], starts: number[], line: number): boolean {
    const before = tops.at(-2)?.block;
    const above = this.#tail.slice(starts[line - 1], starts[line]);
    return line > 0 && before?.kind === "leaf" && above.trim() === "";
  }

  /** Handles a fence as last block: follows it while open, finishes it when closed. */
  #enterFence(tops: TopBlock[], last: TopBlock): boolean {
    const starts = lineStarts(this.#tail);
    const from = starts[last.line];
    const next = starts[last.line + 1];
    if (from === undefined || next === undefined) return false;
    const fence = OpenFence.begin(this.#tail.slice(from, next - 1));
    if (!fence) return false;
    const { show, rest } = fence.feed(this.#tail.slice(next));
    const blocks = blocksOf(tops);
    if (rest === null) {
      blocks[blocks.length - 1] = {
        kind: "code",
        language: fence.language,
        text: show,
        open: true,
      };
    }
    patchBlocks(this.#root, this.#shown, blocks, this.#tailAt);
    if (rest === null) {
      this.#cut(from, blocks.length - 1);
      this.#fence = fence;
      this.#tail = "";
    } else {
      this.#cut(this.#tail.length - rest.length, blocks.length);
    }
    return true;
  }

  /** Makes the first `count` blocks of the tail, which end before `offset`, finished. */
  #cut(offset: number, count: number): void {
    const done = this.#tail.slice(0, offset);
    if (done.includes("]:")) parseReferences(done, this.#references);
    this.#tail = this.#tail.slice(offset);
    this.#settle(this.#tailAt + count);
  }

  #settle(end: number): void {
    for (; this.#tailAt < end; this.#tailAt += 1) {
      this.#shown[this.#tailAt]?.element.classList.add(STABLE);
      this.#shown[this.#tailAt - NEAR_BLOCKS]?.element.classList.add(FAR);
    }
  }

  #parseTail(text: string): TopBlock[] {
    return parseBlocks(text, { ...this.#references });
  }

  #moveCaret(): void {
    const place = caretPlace(this.#root, this.#shown);
    if (place === this.#caret) return;
    this.#caret?.removeAttribute("data-caret");
    place.setAttribute("data-caret", "");
    this.#caret = place;
  }
}

function blocksOf(tops: TopBlock[]): Block[] {
  return tops.map((top) => top.block);
}

/** Marks the code at the very end, however deep, as unfinished. */
function markOpen(blocks: Block[]): void {
  const last = blocks.at(-1);
  if (last?.kind === "box") markOpen(last.children);
  else if (last?.kind === "code") last.open = true;
}

/** Returns the offset of every line start; the last entry starts the line that is not whole yet. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function caretPlace(root: Element, shown: Shown[]): Element {
  const last = shown.at(-1);
  if (!last) return root;
  if (last.code) return last.code.code;
  if (last.block.kind === "leaf") return last.block.tag === "hr" ? root : last.element;
  return last.children.length === 0 ? last.element : caretPlace(last.element, last.children);
}
