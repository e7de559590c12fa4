/** A line that says as much as it has room for. */
import type { Action } from "svelte/action";

/**
 * Shows the first of some texts, from long to short, that fits on the element's line. Where that is not the longest,
 * the longest is its tooltip. The element must cut what does not fit (`overflow: hidden; white-space: nowrap`).
 */
export const fit: Action<HTMLElement, readonly string[]> = (node, texts) => {
  let shown = texts;
  const write = (): void => {
    const [longest = ""] = shown;
    for (const text of shown) {
      node.textContent = text;
      if (node.scrollWidth <= node.clientWidth) break;
    }
    const whole = node.textContent === longest && node.scrollWidth <= node.clientWidth;
    if (whole) node.removeAttribute("title");
    else node.title = longest;
  };
  const observer = new ResizeObserver(write);
  observer.observe(node);
  // An element that shows nothing stays as wide as it is when there is room again.
  if (node.parentElement) observer.observe(node.parentElement);
  write();
  // Until the fonts are there, widths are those of others.
  void document.fonts?.ready.then(write);
  return {
    update(next): void {
      shown = next;
      write();
    },
    destroy(): void {
      observer.disconnect();
    },
  };
};
