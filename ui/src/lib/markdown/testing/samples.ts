/** Markdown as models write it, for tests of the renderer. */
export const samples: Record<string, string> = {
  prose:
    "First line\nsame paragraph with *emphasis*, **strong** and `code`.\n\nSecond paragraph.\n",
  headings: "# One\nText\n## Two\n\nSetext\n===\n\n#hashtag, not a heading\n\n###### Six ######\n",
  "bullet list": "Intro:\n- one\n- two\n  - nested *a*\n  - nested b\n- three\n\nAfter.\n",
  "loose list": "1. one\n\n   more of one\n\n2. two\n\n3. three\n\nend",
  "list with code":
    "1. First:\n\n   ```py\n   def f():\n       return 1\n   ```\n\n2. Second\n\ntail",
  tasks: "- [ ] open\n- [x] done\n- [maybe] neither\n",
  table: "Before\n\n| a | b |\n|:--|--:|\n| 1 | **2** |\n| `x|y` | ~~3~~ |\n\nAfter\n",
  "table after text": "text\na | b\n--|--\n1 | 2\nnot blank, still a row\n\nend\n",
  fence: 'Code:\n\n```rust\nfn main() {\n    println!("hi");\n}\n```\n\nDone.\n',
  "fence with inner fence": "````md\n```js\nlet a = 1;\n```\n````\nafter\n",
  "tilde fence": "~~~\n```\n~~~~  \nx\n",
  "indented fence": "  ```ts\n  const a: number = 1;\n    deeper\n ```\nnext\n",
  "unclosed fence": 'text\n\n```json\n{\n  "a": 1,\n',
  "empty fence": "```\n```\n\n```sh\n\n```\nend",
  "info with backtick": "``` a`b\nnot a fence\n",
  "indented code": "para\n\n    code 1\n\n    code 2\n\npara\n",
  quote: "> quote\nlazy line\n> - item\n>\n> end\n\nout\n",
  rules: "a\n\n---\n\n***\nb\n- - -\nc\n",
  links:
    "[a](https://a.example/x) <https://b.example> [rel](docs/x.md) ![pic](https://c.example/i.png)\n",
  html: "<b>bold</b> <script>alert(1)</script>\n\n<div>\nblock\n</div>\n",
  entities: "&lt;b&gt; &amp; &copy; \\*no\\* a\u0000b\n",
  "line ends": "one\r\ntwo\r\n\r\n- a\r- b\r\n\r\n```\r\ncode\r\n```\r\n",
  unicode: "Grüße 👩‍👩‍👧 **日本語** שלום\n\n- 🚀 go\n",
  "marker changes": "- a\n* b\n1. c\n1) d\n\ntext\n",
  "numbers later": "3. three\n4. four\n\n10. ten\n",
  "blank run": "a\n\n\n\n   \n\nb\n\t\nc",
  "two blanks at a line end": "break here  \nnext\\\nlast\n",
};

/** Samples whose beginning depends on their end. */
export const backwards: Record<string, string> = {
  "reference defined below":
    "See [the docs] and [this][r].\n\nText.\n\n[the docs]: https://docs.example/\n[r]: https://r.example\n",
  "reference defined above":
    "[x]: https://x.example\n\nUse [x].\n\nAnd [x] again, [y].\n\n[y]: https://y.example\n",
};

/** Repeatable pseudo-random numbers in 0..1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A document of `parts` samples in an order drawn from `draw`. */
export function randomDocument(
  draw: () => number,
  parts: number,
  from: Record<string, string>,
): string {
  const texts = Object.values(from);
  const joins = ["\n", "\n\n", "", "\n    ", "\n- "];
  let text = "";
  for (let i = 0; i < parts; i += 1) {
    text += texts[Math.floor(draw() * texts.length)] ?? "";
    text += joins[Math.floor(draw() * joins.length)] ?? "";
  }
  return text;
}

/** A text cut into pieces of 1 to `most` characters. */
export function pieces(text: string, draw: () => number, most: number): string[] {
  const cut: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(draw() * most);
    cut.push(text.slice(at, at + length));
    at += length;
  }
  return cut;
}
