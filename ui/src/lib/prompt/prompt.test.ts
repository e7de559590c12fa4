import { describe, expect, it } from "vitest";
import { blindName, shuffle } from "./blind";
import { editable, emptyBody, move, nextRole, newMessage, seriesOf, splitModel } from "./body";
import { IMAGE_LIMIT, readImage } from "./images";
import { beginning, freeName } from "./long_text";
import { length, missingVariables, pieces, variableNames } from "./variables";

describe("variables", () => {
  it("are found in order of first use, each once", () => {
    const messages = [newMessage("system", "{{b}} {{ a }}"), newMessage("user", "{{b}}{{c.d}}")];
    expect(variableNames(messages)).toEqual(["b", "a", "c.d"]);
  });

  it("leave the text whole when it is split", () => {
    const text = "x {{a}}{{b }} {{1}} {{}} {{a}";
    const split = pieces(text);
    expect(split.map((piece) => piece.text).join("")).toBe(text);
    expect(split.flatMap((piece) => piece.name ?? [])).toEqual(["a", "b"]);
  });

  it("are missing while they have no value", () => {
    const body = { ...emptyBody(), messages: [newMessage("user", "{{a}} {{b}}")] };
    expect(missingVariables({ ...body, variables: { a: "1" } })).toEqual(["b"]);
  });

  it("count with their values in the length", () => {
    const body = { ...emptyBody(), messages: [newMessage("user", "{{a}}")] };
    expect(length({ ...body, variables: { a: "x".repeat(400) } })).toBe(405);
  });
});

describe("a text too long for a field", () => {
  it("is shown by its first lines", () => {
    expect(beginning("a\nb")).toBe("a\nb");
    expect(beginning("line\n".repeat(1000))).toBe(`${"line\n".repeat(5)}line…`);
    expect(beginning("x".repeat(1e6))).toHaveLength(601);
  });

  it("becomes a variable whose name is free", () => {
    expect(freeName("pasted", [])).toBe("pasted");
    expect(freeName("pasted", ["pasted", "pasted_2"])).toBe("pasted_3");
  });
});

describe("a prompt's body", () => {
  it("moves within the list only", () => {
    const list = ["a", "b", "c"];
    expect(move(list, 0, 2)).toBe(true);
    expect(list).toEqual(["b", "c", "a"]);
    expect(move(list, 0, -1)).toBe(false);
    expect(move(list, 2, 3)).toBe(false);
  });

  it("lets somebody else speak next", () => {
    expect(nextRole([newMessage("user")])).toBe("assistant");
    expect(nextRole([newMessage("assistant")])).toBe("user");
    expect(nextRole([])).toBe("user");
  });

  it("gives a message of images only a place to write", () => {
    const image = { type: "image", media_type: "image/png", data: "AA==" } as const;
    const body = editable({ ...emptyBody(), messages: [{ role: "user", parts: [image] }] });
    expect(body.messages[0]?.parts).toEqual([{ type: "text", text: "" }, image]);
  });

  it("keeps slashes of a model's name", () => {
    expect(splitModel("openrouter/meta/llama-4")).toEqual({
      provider: "openrouter",
      model: "meta/llama-4",
    });
  });

  it("gives a model the same colour every time", () => {
    expect(seriesOf("sandbox/swift")).toBe(seriesOf("sandbox/swift"));
    expect(seriesOf("sandbox/swift")).toBeGreaterThanOrEqual(1);
    expect(seriesOf("sandbox/swift")).toBeLessThanOrEqual(6);
  });
});

describe("a blind order", () => {
  it("holds every column once and can be made again from its seed", () => {
    const columns = ["a", "b", "c", "d"];
    const first = shuffle(columns, 42);
    expect([...first.order].sort()).toEqual(columns);
    expect(shuffle(columns, 42)).toEqual(first);
  });

  it("puts every column first sometimes", () => {
    const firsts = new Set<string | undefined>();
    for (let seed = 0; seed < 100; seed++) firsts.add(shuffle(["a", "b", "c"], seed).order[0]);
    expect(firsts.size).toBe(3);
  });

  it("hides names behind letters", () => expect(blindName(2)).toBe("C"));
});

describe("an attached image", () => {
  const file = (size: number, type: string): File =>
    new File([new Uint8Array(size)], "shot.png", { type });

  it("is carried as base64", async () => {
    expect(await readImage(file(3, "image/png"))).toEqual({
      part: { type: "image", media_type: "image/png", data: "AAAA" },
    });
  });

  it("is refused with a sentence when it is too large or no image", async () => {
    const large = await readImage(file(IMAGE_LIMIT + 1, "image/png"));
    expect(large).toEqual({
      problem: "shot.png is larger than the 10 MB that a message may carry; attach a smaller one",
    });
    const text = await readImage(file(3, "text/plain"));
    expect(text).toEqual({ problem: "shot.png is no PNG, JPEG, GIF or WebP image" });
  });
});
