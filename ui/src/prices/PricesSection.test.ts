import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useBackend } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { live } from "../lib/live";
import PricesSection from "./PricesSection.svelte";

let backend: MockBackend;
let disconnect: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  backend = new MockBackend();
  useBackend(backend);
  disconnect = live.connect();
});
afterEach(() => {
  cleanup();
  disconnect();
  vi.useRealTimers();
});

const pass = (ms = 400): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const type = (id: string, value: string): Promise<boolean> =>
  fireEvent.input(screen.getByTestId(id), { target: { value } });

describe("Prices", () => {
  it("lists what models cost and where that is from, and finds by letters", async () => {
    render(PricesSection);
    await pass();
    expect(screen.getByTestId("price-book")).toHaveTextContent("2,396 models");
    expect(screen.getByTestId("price-list")).toHaveTextContent("$1.25");
    await type("price-search", "ARGON");
    await pass();
    expect(within(screen.getByTestId("price-list")).getAllByRole("button")).toHaveLength(1);
    await type("price-search", "zzz");
    await pass();
    expect(screen.getByText("No model has these letters in its name")).toBeVisible();
  });

  it("announces what changes, and opens its model", async () => {
    render(PricesSection);
    await pass();
    const notices = screen.getByTestId("price-notices");
    expect(notices).toHaveTextContent("instead of");
    await fireEvent.click(within(notices).getByRole("button"));
    await pass();
    expect(screen.getByTestId("price-sheet")).toHaveTextContent("google/gemini-4-argon");
    expect(screen.getByTestId("price-sheet")).toHaveTextContent("200,000");
  });

  it("sets a price where none is known, says at the field what is wrong, and takes it back", async () => {
    render(PricesSection, { price: { provider: "lab", model: "secret" } });
    await pass();
    expect(screen.getByTestId("price-sheet")).toHaveTextContent("does not have this model");
    await type("own-input", "$3");
    await type("own-output", "4");
    await fireEvent.click(screen.getByTestId("own-save"));
    await pass();
    expect(screen.getByRole("alert")).toHaveTextContent("without a currency sign");
    expect(screen.getByTestId("own-input")).toHaveAttribute("aria-invalid", "true");
    await type("own-input", "3");
    await fireEvent.click(screen.getByTestId("own-save"));
    await pass();
    expect(backend.prices.own).toEqual([
      { provider: "lab", model: "secret", input: "3", output: "4" },
    ]);
    await fireEvent.click(screen.getByTestId("own-remove"));
    await pass();
    expect(backend.prices.own).toEqual([]);
    await fireEvent.click(screen.getByTestId("price-back"));
    expect(screen.getByTestId("price-list")).toBeVisible();
  });

  it("shows every problem of a refused file", async () => {
    backend.prices.problems = [
      { line: 7, row: "p\topenai", message: "a price is a plain decimal number" },
      { line: 0, row: "", message: "its end is missing; get the whole file again" },
    ];
    render(PricesSection);
    await pass();
    // The stand-in for a browser has no such method.
    const file = Object.assign(new File(["x"], "prices.tsv"), { text: async () => "x" });
    await fireEvent.change(screen.getByTestId("price-file"), { target: { files: [file] } });
    await pass();
    const refused = screen.getByTestId("price-refused");
    expect(refused).toHaveTextContent("prices.tsv is refused");
    expect(refused).toHaveTextContent("Line 7");
    expect(refused).toHaveTextContent("its end is missing");
  });
});
