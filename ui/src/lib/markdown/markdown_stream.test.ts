import { describe, expect, it } from "vitest";
import { MarkdownStream } from "./markdown_stream";
import { FAR, STABLE } from "./patch";
import { backwards, pieces, random, randomDocument, samples } from "./testing/samples";

function stream(): { root: HTMLElement; made: MarkdownStream } {
  const root = document.createElement("div");
  return { root, made: new MarkdownStream(root) };
}

/** The DOM without what depends on how far the stream is. */
function html(root: HTMLElement): string {
  const copy = root.cloneNode(true) as HTMLElement;
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    element.removeAttribute("data-caret");
    element.classList.remove(STABLE, FAR);
    if (element.getAttribute("class") === "") element.removeAttribute("class");
  }
  return copy.innerHTML;
}

function whole(text: string): string {
  const { root, made } = stream();
  made.append(text);
  made.end();
  return html(root);
}

function inPieces(cut: string[], afterEach: (root: HTMLElement) => void = () => {}): string {
  const { root, made } = stream();
  for (const piece of cut) {
    made.append(piece);
    made.paint();
    afterEach(root);
  }
  made.end();
  return html(root);
}

/** What is on the screen before the end: no colours yet, and code as plain text. */
function running(root: HTMLElement): string {
  const copy = document.createElement("div");
  copy.innerHTML = html(root);
  for (const code of copy.querySelectorAll("pre code")) code.replaceChildren(code.textContent);
  return copy.innerHTML;
}

describe("streamed markdown", () => {
  it.each(Object.entries({ ...samples, ...backwards }))(
    "equals the whole render when it arrives letter by letter: %s",
    (_name, text) => {
      expect(inPieces([...text])).toBe(whole(text));
    },
  );

  it("equals the whole render for any cuts of any document", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const draw = random(seed);
      const text = randomDocument(draw, 1 + Math.floor(draw() * 8), { ...samples, ...backwards });
      expect(inPieces(pieces(text, draw, 40)), `seed ${seed}`).toBe(whole(text));
    }
  }, 30_000);

  it("shows at every moment what a render of the text so far shows", () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const draw = random(seed);
      const text = randomDocument(draw, 3, samples).replaceAll("\r", "");
      let so_far = "";
      const cut = pieces(text, draw, 12);
      const { root, made } = stream();
      for (const piece of cut) {
        so_far += piece;
        made.append(piece);
        made.paint();
        const fresh = stream();
        fresh.made.append(so_far);
        fresh.made.paint();
        expect(running(root), `seed ${seed}, after ${JSON.stringify(so_far)}`).toBe(
          running(fresh.root),
        );
      }
    }
  }, 30_000);

  it("never touches a finished block again", () => {
    const { root, made } = stream();
    made.append("# Title\n\nFirst paragraph.\n\nSecond ");
    made.paint();
    const [title, first] = root.children;
    expect(title?.classList.contains(STABLE)).toBe(true);
    expect(first?.classList.contains(STABLE)).toBe(true);
    const text = first?.firstChild;
    for (const piece of ["paragraph", ".\n\n- a\n- b\n\n", "```js\nlet a;\n```\n", "end"]) {
      made.append(piece);
      made.paint();
    }
    made.end();
    expect(root.children[0]).toBe(title);
    expect(root.children[1]).toBe(first);
    expect(root.children[1]?.firstChild).toBe(text);
  });

  it("appends to one text node while a fence is open and colours it once it is closed", () => {
    const { root, made } = stream();
    made.append("```js\nlet a = 1;\n");
    made.paint();
    const code = root.querySelector("code");
    const node = code?.firstChild;
    for (let i = 0; i < 50; i += 1) {
      made.append(`let b${i} = "x";\n`);
      made.paint();
      expect(code?.firstChild).toBe(node);
      expect(code?.childNodes).toHaveLength(1);
    }
    expect(code?.querySelector("span")).toBeNull();
    made.append("```\n");
    made.paint();
    expect(root.querySelector("code")).toBe(code);
    expect(code?.querySelector(".hljs-keyword")?.textContent).toBe("let");
    expect(code?.textContent).toContain('let b49 = "x";\n');
  });

  it("does not flash the closing marker of a fence as code", () => {
    const { root, made } = stream();
    for (const piece of ["```\ncode\n", "`", "`", "`"]) {
      made.append(piece);
      made.paint();
      expect(root.querySelector("code")?.textContent).toBe("code\n");
    }
  });

  it("shows an unclosed fence, list and table while they are unfinished", () => {
    const { root, made } = stream();
    made.append("- one\n- tw");
    made.paint();
    expect([...root.querySelectorAll("li")].map((it) => it.textContent)).toEqual(["one", "tw"]);
    made.reset();
    made.append("| a | b |\n|---|---|\n| 1 | 2 |\n| 3");
    made.paint();
    expect([...root.querySelectorAll("td")].map((it) => it.textContent)).toEqual([
      "1",
      "2",
      "3",
      "",
    ]);
    made.reset();
    made.append("```py\nx = 1");
    made.paint();
    expect(root.querySelector("code")?.textContent).toBe("x = 1");
    expect(root.querySelector(".md-code-head span")?.textContent).toBe("py");
  });

  it("keeps the items of a growing list", () => {
    const { root, made } = stream();
    made.append("- one\n- two\n");
    made.paint();
    const first = root.querySelector("li");
    made.append("- three\n");
    made.paint();
    expect(root.querySelector("li")).toBe(first);
    expect(root.querySelectorAll("li")).toHaveLength(3);
  });

  it("resolves link definitions at the end, wherever they stand", () => {
    const html = inPieces([...(backwards["reference defined below"] ?? "")]);
    expect(html).toContain('data-url="https://docs.example/"');
    expect(html).toContain('data-url="https://r.example/"');
  });

  it("loses no letter of plain text", () => {
    const draw = random(7);
    let text = "";
    while (text.length < 20_000) {
      text += `word${Math.floor(draw() * 1e6)} `;
      if (draw() < 0.05) text += "\n\n";
    }
    const { root, made } = stream();
    for (const piece of pieces(text, draw, 9)) made.append(piece);
    made.end();
    const words = (it: string): string => it.split(/\s+/).filter(Boolean).join(" ");
    expect(words([...root.children].map((it) => it.textContent).join("\n"))).toBe(words(text));
  });

  it("has one caret at the end while text comes, and none after", () => {
    const { root, made } = stream();
    made.paint();
    expect(root.hasAttribute("data-caret")).toBe(true);
    made.append("text\n\n- a\n- b");
    made.paint();
    const carets = root.parentElement ?? root;
    expect(carets.querySelectorAll("[data-caret]")).toHaveLength(1);
    expect(root.querySelector("[data-caret]")?.textContent).toBe("b");
    expect(root.hasAttribute("data-caret")).toBe(false);
    made.end();
    expect(root.querySelector("[data-caret]")).toBeNull();
  });

  it("stops at the deadline and goes on later", () => {
    const { root, made } = stream();
    const text = "Some words in a paragraph.\n\n".repeat(5_000);
    made.append(text);
    expect(made.paint(performance.now() - 1)).toBe(false);
    expect(made.pending).toBe(true);
    while (!made.paint(performance.now() - 1)) expect(root.children.length).toBeGreaterThan(0);
    expect(root.children).toHaveLength(5_000);
  }, 30_000);

  it("takes text after an end, as when a recorded call is read again", () => {
    const { root, made } = stream();
    made.append("one\n\ntw");
    made.end();
    made.append("o\n\nthree");
    made.end();
    expect(html(root)).toBe(whole("one\n\ntwo\n\nthree"));
  });

  it("goes through nesting beyond all measure", () => {
    const deep = `${">".repeat(500)} x\n\n${"- ".repeat(300)}y\n\n${"[".repeat(2_000)}`;
    const { root, made } = stream();
    made.append(deep);
    made.end();
    expect(root.textContent).toContain("> x");
    expect(root.textContent).toContain("- y");
  });
});
