/**
 * One code block on the screen: head with language and copy button, code below.
 */
import type { Code } from "./blocks";
import { highlighted } from "./highlighter";
import { strings } from "./strings";

/** The elements of a code block, and what they show. */
export class CodeView {
  readonly element: HTMLElement;
  /** Holds the code; the caret stands at its end. */
  readonly code: HTMLElement;
  readonly #label: HTMLElement;
  #text = document.createTextNode("");
  #shown = "";
  #language = "";
  #coloured = false;

  constructor(block: Code) {
    this.element = document.createElement("div");
    this.element.className = "md-code";
    const head = document.createElement("div");
    head.className = "md-code-head";
    this.#label = document.createElement("span");
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "md-copy-code";
    copy.textContent = strings.copy;
    copy.setAttribute("aria-label", strings.copyCode);
    head.append(this.#label, copy);
    const pre = document.createElement("pre");
    pre.tabIndex = 0;
    this.code = document.createElement("code");
    this.code.append(this.#text);
    pre.append(this.code);
    this.element.append(head, pre);
    this.#label.textContent = strings.plainText;
    this.show(block);
  }

  /** Adds code at the end. */
  append(text: string): void {
    if (text === "") return;
    this.#plain();
    this.#shown += text;
    this.#text.appendData(text);
  }

  /** Shows a block, touching only what differs. */
  show(block: Code): void {
    if (block.language !== this.#language) {
      this.#language = block.language;
      this.#label.textContent = block.language === "" ? strings.plainText : block.language;
      this.#plain();
    }
    if (block.text !== this.#shown) {
      if (block.text.startsWith(this.#shown)) {
        this.append(block.text.slice(this.#shown.length));
      } else {
        this.#plain();
        this.#shown = block.text;
        this.#text.data = block.text;
      }
    }
    if (!block.open && !this.#coloured) this.#colour();
  }

  #colour(): void {
    const nodes = highlighted(this.#shown, this.#language);
    if (!nodes) return;
    this.code.replaceChildren(nodes);
    this.#coloured = true;
  }

  #plain(): void {
    if (!this.#coloured) return;
    this.#coloured = false;
    this.#text = document.createTextNode(this.#shown);
    this.code.replaceChildren(this.#text);
  }
}
