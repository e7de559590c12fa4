/**
 * A fenced code block at the top level whose end has not come yet. It follows the text line by line so
 * that new code can be appended to the screen without parsing anything again.
 */
import { languageOf } from "./blocks";

/** What a piece of text meant for the fence. */
export interface FenceStep {
  /** Code to append to what is shown. */
  show: string;
  /** The text after the closing line; `null` while the fence is open. */
  rest: string | null;
}

/** Follows one open fence. */
export class OpenFence {
  readonly language: string;
  readonly #marker: string;
  readonly #length: number;
  readonly #indent: number;
  #raw: string;
  #line = "";
  #shown = 0;

  private constructor(opening: string, indent: number, fence: string, info: string) {
    this.language = languageOf(info);
    this.#marker = fence.charAt(0);
    this.#length = fence.length;
    this.#indent = indent;
    this.#raw = `${opening}\n`;
  }

  /** Begins at a complete opening line; `null` if the line opens no fence. */
  static begin(opening: string): OpenFence | null {
    const parts = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(opening);
    if (!parts) return null;
    const [, indent = "", fence = "", info = ""] = parts;
    if (fence.startsWith("`") && info.includes("`")) return null;
    return new OpenFence(opening, indent.length, fence, info);
  }

  /** The source of the fence so far, opening and closing lines included. */
  get source(): string {
    return this.#raw + this.#line;
  }

  /** Takes the next piece of text. */
  feed(piece: string): FenceStep {
    let pending = this.#line + piece;
    let show = "";
    for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      this.#raw += `${line}\n`;
      if (this.#closes(line)) {
        this.#line = "";
        return { show, rest: pending };
      }
      show += `${this.#unindented(line).slice(this.#shown)}\n`;
      this.#shown = 0;
    }
    this.#line = pending;
    if (!this.#mayClose(pending)) {
      const text = this.#unindented(pending);
      show += text.slice(this.#shown);
      this.#shown = text.length;
    }
    return { show, rest: null };
  }

  #closes(line: string): boolean {
    const body = /^ {0,3}(\S+)[ \t]*$/.exec(line)?.[1];
    return body !== undefined && body.length >= this.#length && this.#onlyMarkers(body);
  }

  /** A line that is so far only the marker is held back: it may be the end. */
  #mayClose(line: string): boolean {
    return this.#onlyMarkers(line.trim());
  }

  #onlyMarkers(text: string): boolean {
    return text.replaceAll(this.#marker, "") === "";
  }

  #unindented(line: string): string {
    let at = 0;
    while (at < this.#indent && line.charAt(at) === " ") at += 1;
    return line.slice(at);
  }
}
