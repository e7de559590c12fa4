import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  BackendError,
  useBackend,
  type CompareSays,
  type Experiment,
  type Measured,
} from "../../lib/backend";
import { MockBackend } from "../../lib/backend/mock";
import { live } from "../../lib/live";
import Comparison from "./Comparison.svelte";

let backend: MockBackend;
let disconnect: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  backend = new MockBackend();
  useBackend(backend);
  disconnect = live.connect();
});
afterEach(() => {
  disconnect();
  vi.useRealTimers();
});

const step = {
  options: [
    { model: "openai/strong", weight: 80 },
    { model: "openai/light", weight: 20 },
  ],
  pick: "weighted" as const,
};

function measured(measure: Measured["measure"], says: CompareSays, difference = 0): Measured {
  const counts: [number, number] = says === "not_enough_data" ? [80, 20] : [400, 100];
  const [low, high] = says === "better" ? [difference * 1.2, difference * 0.8] : [null, null];
  const verdict = { difference, low, high, p: 0.01, says, counts, needed: null };
  return { measure, words: "", verdict };
}

function report(says: CompareSays): Experiment {
  const base = { simulated: false, calls: 400, answered: 400, left: 4, retries: 0 };
  return {
    route: "standard",
    days: 30,
    least: 30,
    variants: [
      { ...base, model: "openai/strong", cost_usd: 0.004, elapsed_ms: 1900, rated: 40, liked: 36 },
      {
        ...base,
        model: "openai/light",
        calls: 100,
        answered: 100,
        cost_usd: 0.0028,
        rated: 0,
        liked: 0,
        against_first: [
          measured("cost", says, -0.0012),
          measured("answered", says === "better" ? "no_difference_shown" : says),
          measured("liked", "not_enough_data"),
        ],
      },
    ].map((variant) => ({ against_first: [], ...variant })),
  };
}

async function open(route: string | null = "standard"): Promise<void> {
  render(Comparison, { route, step });
  await vi.advanceTimersByTimeAsync(0);
}

it("says that there is no call yet, and how to get some", async () => {
  await open();
  expect(screen.getByTestId("comparison")).toHaveTextContent("No call was shared out yet");
});

it("asks for a draft to be activated first", async () => {
  await open(null);
  expect(screen.getByTestId("comparison")).toHaveTextContent("Activate the route first");
  expect(backend.log.some(({ method }) => method === "routes.experiment")).toBe(false);
});

it("gives no verdict before the data bear one, and says what is missing", async () => {
  backend.routes.experiments.set("standard", report("not_enough_data"));
  await open();
  const light = screen.getByTestId("variant-openai/light");
  expect(within(light).getByTestId("verdict")).toHaveTextContent("not enough data yet");
  expect(light).toHaveTextContent("Cost not enough data yet: about 50 more calls");
  expect(light).toHaveTextContent("Liked not enough data yet: about 10 more ratings");
});

it("shows a saving only beside what it did to quality", async () => {
  backend.routes.experiments.set("standard", report("better"));
  await open();
  const light = screen.getByTestId("variant-openai/light");
  expect(within(light).getByTestId("verdict")).toHaveTextContent(
    "cheaper, as many answered; too few ratings to judge the answers",
  );
  expect(light).toHaveTextContent("$0.0012 less (95 %: −$0.0014 to −$0.00096)");
  const strong = screen.getByTestId("variant-openai/strong");
  for (const fact of ["$0.0040 a call", "1.9 s", "99.0 % answered itself", "liked 36 of 40"]) {
    expect(within(strong).getByText(fact)).toBeVisible();
  }
});

it("says why it could not be read, and reads again", async () => {
  backend.failing.set(
    "routes.experiment",
    new BackendError({ code: "store", message: "the history is locked", hint: "close the other" }),
  );
  await open();
  expect(screen.getByRole("alert")).toHaveTextContent("the history is locked; close the other");
  backend.failing.clear();
  await fireEvent.click(screen.getByText("Try again"));
  await vi.advanceTimersByTimeAsync(0);
  expect(screen.queryByRole("alert")).toBeNull();
});

it("follows what is recorded while calls end, and another period", async () => {
  await open();
  backend.routes.experiments.set("standard", report("better"));
  backend.push({ kind: "config_changed", error: null });
  await vi.advanceTimersByTimeAsync(6000);
  expect(screen.getByTestId("variant-openai/light")).toBeInTheDocument();
  await fireEvent.change(screen.getByTestId("comparison-days"), { target: { value: "90" } });
  await vi.advanceTimersByTimeAsync(0);
  expect(backend.log.findLast(({ method }) => method === "routes.experiment")?.params).toEqual({
    route: "standard",
    days: 90,
  });
});
