/**
 * The last gate before model output becomes DOM: an allow-list of inline tags, no address that the browser
 * would act on. Addresses stay in `data-url` and open only through the confirmed path.
 */
import createPurifier from "dompurify";
import { simpleMarkup } from "./simple_markup";
import { strings } from "./strings";
import { safeLink, saysWhere } from "./link_rules";

const purifier = createPurifier(window);

const INLINE = {
  tags: ["a", "strong", "em", "s", "code", "br", "span"],
  attributes: ["class", "data-url"],
};
const HIGHLIGHT = { tags: ["span"], attributes: ["class"] };

/** Turns a leaf's HTML into nodes that can neither run, load nor navigate. */
export function inlineNodes(html: string): DocumentFragment {
  // Links and images carry attributes, so they always pass the sanitiser.
  const simple = simpleMarkup(html);
  if (simple) return simple;
  const fragment = clean(html, INLINE);
  for (const link of fragment.querySelectorAll("a")) replaceLink(link);
  for (const image of fragment.querySelectorAll("span.md-image")) replaceImage(image);
  return fragment;
}

/** Turns a highlighter's HTML into nodes. */
export function highlightNodes(html: string): DocumentFragment {
  return simpleMarkup(html) ?? clean(html, HIGHLIGHT);
}

function clean(html: string, allow: { tags: string[]; attributes: string[] }): DocumentFragment {
  return purifier.sanitize(html, {
    ALLOWED_TAGS: allow.tags,
    ALLOWED_ATTR: allow.attributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

function replaceLink(old: Element): void {
  const raw = old.getAttribute("data-url") ?? "";
  const link = safeLink(raw);
  const made = document.createElement(link ? "a" : "span");
  if (link) {
    made.className = "md-link";
    made.dataset["url"] = link.url;
    made.setAttribute("role", "link");
    made.tabIndex = 0;
    made.title = link.url;
  } else {
    made.className = "md-dead-link";
    made.title = strings.notAnAddress(raw);
  }
  const label = old.textContent;
  made.append(...old.childNodes);
  old.replaceWith(made);
  if (link && !saysWhere(label, link)) {
    const host = document.createElement("span");
    host.className = "md-host";
    host.textContent = ` ${link.host}`;
    made.after(host);
  }
}

function replaceImage(old: Element): void {
  const raw = old.getAttribute("data-url") ?? "";
  const chip = document.createElement("span");
  chip.className = "md-image";
  const text = document.createElement("span");
  text.textContent = strings.image(imageOrigin(raw), old.textContent);
  text.title = raw.slice(0, 300);
  chip.append(text);
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "md-copy-address";
  copy.dataset["copy"] = raw;
  copy.textContent = strings.copyAddress;
  chip.append(copy);
  old.replaceWith(chip);
}

function imageOrigin(raw: string): string {
  return safeLink(raw)?.host ?? strings.unknownHost;
}
