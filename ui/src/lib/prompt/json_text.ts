/** JSON as a person typed it: its value, or what is wrong and where. */
export type JsonText =
  { ok: true; value: unknown } | { ok: false; line: number; column: number; message: string };

/** Reads JSON. Errors name the line, which the browsers' own parsers do not all do. */
export function parseJson(text: string): JsonText {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    const { at, message } = new Scanner(text).firstError();
    const before = text.slice(0, at).split("\n");
    return { ok: false, line: before.length, column: (before.at(-1) ?? "").length + 1, message };
  }
}

interface Fault {
  at: number;
  message: string;
}

/** Deepest nesting that is followed. */
const MAX_DEPTH = 200;

/** Walks through JSON text only to find its first error. */
class Scanner {
  #at = 0;
  #fault: Fault | null = null;

  constructor(readonly text: string) {}

  firstError(): Fault {
    this.#value(0);
    this.#space();
    if (!this.#fault && this.#at < this.text.length) this.#fail("something follows after the end");
    return this.#fault ?? { at: this.#at, message: "this is not JSON" };
  }

  #value(depth: number): void {
    this.#space();
    const char = this.text[this.#at];
    if (char === undefined) this.#fail("a value is missing at the end");
    else if (depth > MAX_DEPTH) this.#fail("this is nested too deeply");
    else if (char === "{") this.#list("}", () => this.#member(depth));
    else if (char === "[") this.#list("]", () => this.#value(depth + 1));
    else if (char === '"') this.#string();
    else this.#word(char);
  }

  #member(depth: number): void {
    this.#space();
    if (this.text[this.#at] !== '"') return this.#fail("a name in double quotes is expected");
    this.#string();
    this.#space();
    if (this.#fault) return;
    if (this.text[this.#at] !== ":") return this.#fail("a colon is expected after the name");
    this.#at += 1;
    this.#value(depth + 1);
  }

  #list(end: string, item: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    while (!this.#fault) {
      item();
      this.#space();
      if (this.#fault) return;
      const char = this.text[this.#at];
      this.#at += 1;
      if (char === end) return;
      if (char !== ",") {
        this.#at -= 1;
        return this.#fail(`a comma or \`${end}\` is expected`);
      }
      this.#space();
      if (this.text[this.#at] === end) return this.#fail("a comma before the end is not allowed");
    }
  }

  #string(): void {
    const match = /"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.text);
    const end = this.#at + (found?.[0].length ?? 0);
    if (this.text[end] === '"') {
      this.#at = end + 1;
      return;
    }
    if (this.text[end] === "\\") {
      this.#at = end;
      return this.#fail("this backslash escapes nothing that JSON knows");
    }
    this.#fail("the text in quotes has no end on this line");
  }

  #word(char: string): void {
    const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.text);
    if (found && !/[\w.]/.test(this.text[word.lastIndex] ?? "")) {
      this.#at = word.lastIndex;
      return;
    }
    this.#fail(char === "'" ? "text needs double quotes" : `\`${char}\` begins no value`);
  }

  #space(): void {
    while (/[\s]/.test(this.text[this.#at] ?? "x")) this.#at += 1;
  }

  #fail(message: string): void {
    this.#fault ??= { at: this.#at, message };
  }
}
