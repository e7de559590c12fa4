/**
 * A fast path past the sanitiser for the markup that nearly all text consists of: words, entities and a few
 * tags without attributes. It builds the nodes itself from names written here, so that nothing else can come
 * out of it; what it does not know, it leaves to the sanitiser.
 */

const PIECE =
  /<(\/?)(strong|em|s|code)>|<(br)>|<span class="([\w -]*)">|<(\/)span>|&(amp|lt|gt|quot|#x27);|([^<&]+)/y;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

/** Returns the nodes of simple, well-nested HTML; `null` if there is anything else in it. */
export function simpleMarkup(html: string): DocumentFragment | null {
  const root = document.createDocumentFragment();
  const open: Element[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") (open.at(-1) ?? root).append(text);
    text = "";
  };
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < html.length) {
    const found = PIECE.exec(html);
    if (!found) return null;
    const [, close, tag, br, className, closeSpan, entity, words] = found;
    if (words !== undefined) {
      text += words;
      continue;
    }
    if (entity !== undefined) {
      text += ENTITIES[entity] ?? "";
      continue;
    }
    flush();
    if (close === "/" || closeSpan !== undefined) {
      if (open.pop()?.localName !== (tag ?? "span")) return null;
      continue;
    }
    const element = document.createElement(tag ?? br ?? "span");
    if (className !== undefined) element.className = className;
    (open.at(-1) ?? root).append(element);
    if (br === undefined) open.push(element);
  }
  flush();
  return open.length === 0 ? root : null;
}
