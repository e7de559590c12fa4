import { describe, expect, it } from "vitest";
import { MarkdownStream } from "./markdown_stream";

function render(text: string): string {
  const root = document.createElement("div");
  const made = new MarkdownStream(root);
  made.append(text);
  made.end();
  return root.innerHTML.replaceAll(' class="md-stable"', "").replaceAll(" md-stable", "");
}

const golden: [string, string, string][] = [
  [
    "emphasis",
    "*a* **b** ~~c~~ `d`",
    "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>",
  ],
  ["a heading interrupts", "a\n# b", "<p>a</p><h1>b</h1>"],
  [
    "a tight list",
    "- a\n- b",
    '<ul><li><p class="tight">a</p></li><li><p class="tight">b</p></li></ul>',
  ],
  ["a loose list", "- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"],
  ["a list that starts at three", "3. a", '<ol start="3"><li><p class="tight">a</p></li></ol>'],
  ["a task", "- [x] a", '<ul><li class="task"><p class="tight">☑ a</p></li></ul>'],
  ["a quote", "> a", "<blockquote><p>a</p></blockquote>"],
  ["a rule", "***", "<hr>"],
  [
    "a table with alignment",
    "|a|b|\n|-|-:|\n|1|2|",
    '<div class="md-table"><table><thead><tr><th>a</th><th class="align-right">b</th></tr></thead>' +
      '<tbody><tr><td>1</td><td class="align-right">2</td></tr></tbody></table></div>',
  ],
  ["html as text", "<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"],
  ["entities once", "&amp;lt; &copy;", "<p>&amp;lt; ©</p>"],
  ["a line break", "a  \nb", "<p>a<br>\nb</p>"],
  [
    "a link with its host",
    "[docs](https://a.example/x)",
    '<p><a class="md-link" data-url="https://a.example/x" role="link" tabindex="0" title="https://a.example/x">docs</a>' +
      '<span class="md-host"> a.example</span></p>',
  ],
  [
    "an address as link",
    "<https://a.example/x>",
    '<p><a class="md-link" data-url="https://a.example/x" role="link" tabindex="0" title="https://a.example/x">' +
      "https://a.example/x</a></p>",
  ],
  [
    "a relative link is no link",
    "[x](../y)",
    '<p><span class="md-dead-link" title="Not a web address: ../y">x</span></p>',
  ],
  [
    "an image as chip",
    "![cat](https://img.example/c.png)",
    '<p><span class="md-image"><span title="https://img.example/c.png">image “cat”: img.example (not loaded)</span>' +
      '<button type="button" class="md-copy-address" data-copy="https://img.example/c.png">Copy address</button></span></p>',
  ],
  [
    "code",
    "```js\nlet a\n```",
    '<div class="md-code"><div class="md-code-head"><span>js</span>' +
      '<button type="button" class="md-copy-code" aria-label="Copy code">Copy</button></div>' +
      '<pre tabindex="0"><code><span class="hljs-keyword">let</span> a\n</code></pre></div>',
  ],
];

describe("rendered markdown", () => {
  it.each(golden)("has %s", (_name, text, html) => {
    expect(render(text)).toBe(html);
  });

  it("leaves an unknown language plain and labels it", () => {
    const html = render("```brainmelt\n<x>\n```");
    expect(html).toContain("<span>brainmelt</span>");
    expect(html).toContain("<code>&lt;x&gt;\n</code>");
  });
});
