/** Keeps what is being read in place while content above it changes its height. */

/** Remembers the first visible child of `content`; the returned function puts it back where it was. */
export function holdScroll(scroller: HTMLElement, content: Element): () => void {
  const edge = scroller.getBoundingClientRect().top;
  for (const child of content.children) {
    const { top, bottom } = child.getBoundingClientRect();
    if (bottom <= edge) continue;
    return () => {
      if (child.isConnected) scroller.scrollTop += child.getBoundingClientRect().top - top;
    };
  }
  return () => {};
}
