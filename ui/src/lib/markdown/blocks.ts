/**
 * Markdown as a tree of blocks, small enough to compare with what is on the screen.
 */
import MarkdownIt from "markdown-it";
import type { Env, Token } from "markdown-it";
import { mayBeLink } from "./link_rules";

/** A block holding other blocks: list, item, quote, table and its parts. */
export interface Box {
  kind: "box";
  tag: BoxTag;
  className: string;
  /** First number of an ordered list; `null` for 1 and for everything else. */
  start: number | null;
  children: Block[];
}

/** A block holding inline content as HTML that has not been sanitised yet. */
export interface Leaf {
  kind: "leaf";
  tag: LeafTag;
  className: string;
  html: string;
}

/** A block of code. */
export interface Code {
  kind: "code";
  /** The first word of the info string, lower case; empty if none. */
  language: string;
  text: string;
  /** Whether more text may still come, so that highlighting has to wait. */
  open: boolean;
}

export type Block = Box | Leaf | Code;
export type BoxTag = "ul" | "ol" | "li" | "blockquote" | "div" | "table" | "thead" | "tbody" | "tr";
export type LeafTag = "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" | "td" | "hr";

/** A top-level block and the line it begins at, counted from 0. */
export interface TopBlock {
  block: Block;
  line: number;
}

/** Link definitions by normalised label, as markdown-it keeps them. */
export type References = NonNullable<Env["references"]>;

/** The parser's limit of nesting; a block that comes near it is shown as plain text. */
const NESTING = 100;
const DEEPEST = NESTING - 3;

const markdown = new MarkdownIt({
  maxNesting: NESTING,
  html: false,
  linkify: false,
  typographer: false,
  breaks: false,
});
markdown.validateLink = mayBeLink;
const escape = markdown.utils.escapeHtml;

markdown.renderer.rules.link_open = (tokens, index) =>
  `<a data-url="${escape(String(tokens[index]?.attrGet("href") ?? ""))}">`;
markdown.renderer.rules.image = (tokens, index) => {
  const token = tokens[index];
  const url = escape(String(token?.attrGet("src") ?? ""));
  return `<span class="md-image" data-url="${url}">${escape(token?.content ?? "")}</span>`;
};

/** Parses text into top-level blocks. Definitions found are added to `references`. */
export function parseBlocks(text: string, references: References): TopBlock[] {
  const env: Env = { references };
  const cursor = new Cursor(markdown.parse(text, env), env);
  const top: TopBlock[] = [];
  while (!cursor.done) {
    const [line, end] = cursor.lines;
    cursor.tooDeep = false;
    const block = readBlock(cursor);
    // The parser drops what is nested beyond its limit; nothing may be lost, so the source is shown.
    if (cursor.tooDeep) top.push({ block: plainText(text, line, end), line });
    else if (block) top.push({ block, line });
  }
  return top;
}

/** Parses text only for its link definitions. */
export function parseReferences(text: string, references: References): void {
  markdown.parse(text, { references });
}

class Cursor {
  #at = 0;
  /** Whether the block being read is nested beyond the parser's limit. */
  tooDeep = false;
  constructor(
    readonly tokens: Token[],
    readonly env: Env,
  ) {}
  get done(): boolean {
    return this.#at >= this.tokens.length;
  }
  /** First line of the next token and the line after its last. */
  get lines(): [number, number] {
    return this.tokens[this.#at]?.map ?? [0, 0];
  }
  get closing(): boolean {
    return this.tokens[this.#at]?.nesting === -1;
  }
  next(): Token | undefined {
    return this.tokens[this.#at++];
  }
}

const BOXES: Record<string, BoxTag> = {
  bullet_list_open: "ul",
  ordered_list_open: "ol",
  list_item_open: "li",
  blockquote_open: "blockquote",
  table_open: "table",
  thead_open: "thead",
  tbody_open: "tbody",
  tr_open: "tr",
};

function readBlock(cursor: Cursor): Block | null {
  const token = cursor.next();
  if (!token) return null;
  const tag = BOXES[token.type];
  if (tag) return readBox(cursor, token, tag);
  switch (token.type) {
    case "paragraph_open":
      return readLeaf(cursor, "p", token.hidden ? "tight" : "");
    case "heading_open":
      return readLeaf(cursor, headingTag(token.tag), "");
    case "th_open":
      return readLeaf(cursor, "th", alignment(token));
    case "td_open":
      return readLeaf(cursor, "td", alignment(token));
    case "hr":
      return { kind: "leaf", tag: "hr", className: "", html: "" };
    case "fence":
      return { kind: "code", language: languageOf(token.info), text: token.content, open: false };
    case "code_block":
      return { kind: "code", language: "", text: token.content, open: false };
    default:
      // Nothing else comes out of the parser as configured; should it ever, its text is shown.
      return token.content === ""
        ? null
        : { kind: "leaf", tag: "p", className: "", html: escape(token.content) };
  }
}

function readBox(cursor: Cursor, token: Token, tag: BoxTag): Block {
  const children: Block[] = [];
  while (!cursor.done && !cursor.closing) {
    const child = readBlock(cursor);
    if (child) children.push(child);
  }
  if (token.level >= DEEPEST) cursor.tooDeep = true;
  cursor.next();
  const start = token.attrGet("start");
  const box: Box = {
    kind: "box",
    tag,
    className: tag === "li" ? takeCheckbox(children) : "",
    start: start === null ? null : Number(start),
    children,
  };
  return tag === "table"
    ? { kind: "box", tag: "div", className: "md-table", start: null, children: [box] }
    : box;
}

function plainText(text: string, from: number, end: number): Block {
  const source = text.split("\n").slice(from, end).join("\n");
  return { kind: "code", language: "", text: source, open: false };
}

function readLeaf(cursor: Cursor, tag: LeafTag, className: string): Block {
  let html = "";
  while (!cursor.done && !cursor.closing) {
    const inline = cursor.next();
    if (inline?.children) html += markdown.renderer.render([inline], markdown.options, cursor.env);
  }
  cursor.next();
  return { kind: "leaf", tag, className, html };
}

/** Turns the `[ ]` or `[x]` that begins a task into a sign; returns the item's class. */
function takeCheckbox(children: Block[]): string {
  const first = children[0];
  if (first?.kind !== "leaf" || first.tag !== "p") return "";
  const mark = /^\[([ xX])\] /.exec(first.html);
  if (!mark) return "";
  first.html = `${mark[1] === " " ? "☐" : "☑"} ${first.html.slice(mark[0].length)}`;
  return "task";
}

function headingTag(tag: string): LeafTag {
  const known: LeafTag[] = ["h1", "h2", "h3", "h4", "h5", "h6"];
  return known.find((it) => it === tag) ?? "h6";
}

function alignment(token: Token): string {
  const style = String(token.attrGet("style") ?? "");
  const found = /text-align:(left|right|center)/.exec(style)?.[1];
  return found === undefined ? "" : `align-${found}`;
}

/** Returns the language a fence names: its first word, lower case. */
export function languageOf(info: string): string {
  return (/^[^\s{,]*/.exec(info.trim())?.[0] ?? "").toLowerCase().slice(0, 32);
}
