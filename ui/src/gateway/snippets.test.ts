import { expect, it } from "vitest";
import { KEY, snippets } from "./snippets";

const URLS = [
  { api: "openai" as const, url: "http://127.0.0.1:4141/v1" },
  { api: "anthropic" as const, url: "http://127.0.0.1:4141" },
  { api: "gemini" as const, url: "http://127.0.0.1:4141" },
];
const text = (id: string, model = "standard"): string =>
  snippets(URLS, model).find((one) => one.id === id)?.text ?? "";

it("gives every client its own API's address, the model, and a placeholder for the key", () => {
  expect(text("curl")).toContain("'http://127.0.0.1:4141/v1/chat/completions'");
  expect(text("openai-python")).toContain('base_url="http://127.0.0.1:4141/v1"');
  expect(text("openai-node")).toContain('baseURL: "http://127.0.0.1:4141/v1"');
  expect(text("anthropic-python")).toContain('base_url="http://127.0.0.1:4141",');
  expect(text("gemini-python")).toContain('base_url="http://127.0.0.1:4141")');
  for (const one of snippets(URLS, "openai/gpt-5.2")) {
    expect(one.text, one.id).toContain("openai/gpt-5.2");
    expect(one.text, one.id).toContain(KEY);
  }
});

it("lets no model name leave its quotes", () => {
  const model = `it's "a" $(name)`;
  const curl = text("curl", model);
  const data = /-d '(.*)'$/s.exec(curl)?.[1]?.replaceAll("'\\''", "'") ?? "";
  expect(JSON.parse(data)).toMatchObject({ model });
  expect(text("openai-python", model)).toContain(`model=${JSON.stringify(model)}`);
});
