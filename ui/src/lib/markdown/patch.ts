/**
 * Brings the screen from one tree of blocks to the next by touching only what differs, so that finished
 * blocks keep their identity, their selection and their layout.
 */
import type { Block, Box, Leaf } from "./blocks";
import { CodeView } from "./code_view";
import { inlineNodes } from "./sanitizer";

/** A block on the screen. */
export interface Shown {
  block: Block;
  element: HTMLElement;
  children: Shown[];
  code: CodeView | null;
}

/** Makes `parent` show `blocks` from index `from` on; `shown` mirrors the parent's children. */
export function patchBlocks(parent: Element, shown: Shown[], blocks: Block[], from = 0): void {
  blocks.forEach((block, index) => {
    const at = from + index;
    const old = shown[at];
    if (old && patch(old, block)) return;
    const made = create(block);
    if (old) old.element.replaceWith(made.element);
    else parent.append(made.element);
    shown[at] = made;
  });
  for (const extra of shown.splice(from + blocks.length)) extra.element.remove();
}

/** Shows `block` in place of what `shown` holds; returns `false` if another element is needed. */
function patch(shown: Shown, block: Block): boolean {
  const old = shown.block;
  if (block.kind === "code") {
    if (!shown.code) return false;
    shown.code.show(block);
  } else if (block.kind === "leaf") {
    if (old.kind !== "leaf" || old.tag !== block.tag) return false;
    if (old.className !== block.className) setClass(shown.element, block.className);
    if (old.html !== block.html) shown.element.replaceChildren(inlineNodes(block.html));
  } else {
    if (old.kind !== "box" || old.tag !== block.tag) return false;
    if (old.className !== block.className) setClass(shown.element, block.className);
    if (old.start !== block.start) setStart(shown.element, block);
    patchBlocks(shown.element, shown.children, block.children);
  }
  shown.block = block;
  return true;
}

function create(block: Block): Shown {
  if (block.kind === "code") {
    const code = new CodeView(block);
    return { block, element: code.element, children: [], code };
  }
  const element = document.createElement(block.tag);
  setClass(element, block.className);
  const shown: Shown = { block, element, children: [], code: null };
  if (block.kind === "leaf") fill(element, block);
  else {
    setStart(element, block);
    patchBlocks(element, shown.children, block.children);
  }
  return shown;
}

function fill(element: HTMLElement, leaf: Leaf): void {
  if (leaf.html !== "") element.append(inlineNodes(leaf.html));
}

/** Sets the markdown classes without touching the ones that say a block is finished. */
function setClass(element: HTMLElement, className: string): void {
  const kept = [STABLE, FAR].filter((it) => element.classList.contains(it));
  if (className === "" && kept.length === 0) element.removeAttribute("class");
  else element.className = [className, ...kept].filter((it) => it !== "").join(" ");
}

function setStart(element: HTMLElement, box: Box): void {
  if (box.start === null) element.removeAttribute("start");
  else element.setAttribute("start", String(box.start));
}

/** Class of finished top-level blocks. */
export const STABLE = "md-stable";
/** Class of finished blocks so far up that they skip layout while they are off the screen. */
export const FAR = "md-far";
