import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it } from "vitest";
import { app } from "../lib/app.svelte";
import { useBackend } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { budgets } from "../lib/budgets.svelte";
import { gateway } from "../lib/gateway.svelte";
import { live } from "../lib/live";
import { navigation } from "../lib/navigation.svelte";
import { emptyBody } from "../lib/prompt/body";
import { uiState } from "../lib/ui_state";
import Gateway from "./Gateway.svelte";

let backend: MockBackend;
let stops: (() => void)[];
beforeEach(async () => {
  backend = new MockBackend();
  useBackend(backend);
  gateway.status = null;
  gateway.failure = gateway.refused = null;
  await uiState.load();
  await app.refresh();
  stops = [live.connect(), gateway.follow()];
});
afterEach(() => stops.forEach((stop) => stop()));

const status = (): HTMLElement => screen.getByTestId("gateway-status");
async function open(): Promise<void> {
  render(Gateway);
  await screen.findByTestId("gateway-status");
}

it("is switched on and off, and says where it serves", async () => {
  await open();
  const toggle = screen.getByRole("switch", { name: "Serve the gateway" });
  expect(toggle).toHaveAttribute("aria-checked", "false");
  expect(status()).toHaveTextContent("The gateway is off");
  await fireEvent.click(toggle);
  await waitFor(() => expect(status()).toHaveTextContent("Serving 127.0.0.1:4141"));
  expect(toggle).toHaveAttribute("aria-checked", "true");
  expect(gateway.note("off", "problem")).toBe(":4141");
  await fireEvent.click(toggle);
  await waitFor(() => expect(status()).toHaveTextContent("The gateway is off"));
});

it("says that the port is taken and starts on another one", async () => {
  backend.gateway.taken.add(4141);
  await open();
  await fireEvent.click(screen.getByTestId("gateway-switch"));
  const problem = await screen.findByTestId("gateway-problem");
  expect(problem).toHaveTextContent("The gateway cannot listen on 127.0.0.1:4141: address in use.");
  expect(gateway.note("off", "problem")).toBe("problem");
  const port = screen.getByTestId("gateway-port");
  await fireEvent.input(port, { target: { value: "70000" } });
  await fireEvent.click(screen.getByTestId("gateway-start-on"));
  expect(problem).toHaveTextContent("A whole number from 1 to 65535.");
  await fireEvent.input(port, { target: { value: "4242" } });
  await fireEvent.click(screen.getByTestId("gateway-start-on"));
  await waitFor(() => expect(status()).toHaveTextContent("Serving 127.0.0.1:4242"));
  expect(screen.queryByTestId("gateway-problem")).toBeNull();
  expect(screen.getByTestId("gateway-url-openai")).toHaveTextContent("http://127.0.0.1:4242/v1");
});

it("follows a gateway that is switched elsewhere", async () => {
  await open();
  backend.gateway.start(5151);
  backend.flush();
  await waitFor(() => expect(status()).toHaveTextContent("Serving 127.0.0.1:5151"));
});

it("copies base URLs, and examples filled with the chosen model", async () => {
  await open();
  await fireEvent.click(screen.getByRole("button", { name: "Copy the base URL for Anthropic" }));
  expect(backend.copied).toBe("http://127.0.0.1:4141");
  await fireEvent.click(screen.getByTestId("gateway-model"));
  await fireEvent.input(screen.getByTestId("target-search"), { target: { value: "swift" } });
  await fireEvent.keyDown(screen.getByTestId("target-search"), { key: "Enter" });
  expect(screen.queryByTestId("target-picker")).toBeNull();
  await fireEvent.click(screen.getByRole("tab", { name: "OpenAI Node" }));
  await fireEvent.click(screen.getByTestId("gateway-snippet-copy"));
  expect(backend.copied).toContain('model: "sandbox/swift"');
  expect(backend.copied).toContain("YOUR_GATEWAY_KEY");
  await fireEvent.click(screen.getByTestId("gateway-model"));
  await fireEvent.click(await screen.findByTestId("target-standard"));
  expect(screen.getByText(/model: "standard"/)).toBeInTheDocument();
});

it("shows a new key once and keeps it nowhere", async () => {
  await open();
  expect(screen.getByTestId("gateway-access")).toHaveTextContent("open on this machine");
  await fireEvent.click(screen.getByTestId("gateway-new-key"));
  await fireEvent.input(screen.getByTestId("gateway-key-name"), { target: { value: "notebook" } });
  await fireEvent.submit(screen.getByTestId("gateway-key-form"));
  const secret = (await screen.findByTestId("gateway-secret")).textContent ?? "";
  expect(secret).toMatch(/^sbk_\S{20,}$/);
  expect(screen.getByText(/shown this once/)).toBeInTheDocument();
  await fireEvent.click(screen.getByTestId("gateway-secret-copy"));
  expect(backend.copied).toBe(secret);
  await fireEvent.click(screen.getByTestId("gateway-key-done"));
  await waitFor(() => expect(screen.queryByTestId("gateway-secret")).toBeNull());
  expect(document.body.innerHTML).not.toContain(secret);
  expect(JSON.stringify([gateway.status, backend.log, [...backend.values]])).not.toContain(secret);
  const row = screen.getByTestId("gateway-key");
  expect(row).toHaveTextContent("notebook");
  expect(row).toHaveTextContent(`${secret.slice(0, 10)}…`);
  expect(row).toHaveTextContent("never");
  expect(screen.getByTestId("gateway-access")).toHaveTextContent("keys only");
});

it("names what is wrong with a key's name", async () => {
  backend.gateway.create("notebook");
  await open();
  await fireEvent.click(screen.getByTestId("gateway-new-key"));
  await fireEvent.input(screen.getByTestId("gateway-key-name"), { target: { value: "notebook" } });
  await fireEvent.submit(screen.getByTestId("gateway-key-form"));
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "A valid gateway key has the `name` `notebook` already.",
  );
  expect(screen.queryByTestId("gateway-secret")).toBeNull();
});

it("revokes a key after asking, and keeps it to look at", async () => {
  backend.gateway.create("notebook");
  backend.gateway.create("editor");
  await open();
  await fireEvent.click(screen.getByRole("button", { name: "Revoke notebook" }));
  expect(backend.log.some((it) => it.method === "gateway.keys.revoke")).toBe(false);
  await fireEvent.click(screen.getByTestId("gateway-revoke-confirm"));
  await waitFor(() => expect(screen.getAllByTestId("gateway-key")).toHaveLength(1));
  await fireEvent.click(screen.getByTestId("gateway-revoked"));
  const rows = screen.getAllByTestId("gateway-key");
  expect(rows.map((row) => within(row).queryAllByRole("button").length)).toEqual([2, 0]);
  expect(rows[1]).toHaveTextContent(/notebook.*revoked/);
});

it("stops the calls of a key and lets them go on", async () => {
  backend.gateway.create("notebook");
  await budgets.refresh();
  await open();
  await fireEvent.click(screen.getByRole("button", { name: "Stop calls with the key notebook" }));
  await waitFor(() => expect(screen.getByTestId("gateway-key")).toHaveTextContent("stopped"));
  expect(backend.budgets.stopped.map((it) => it.caller)).toEqual(["key:notebook"]);
  const resume = screen.getByRole("button", { name: "Let calls with the key notebook go on" });
  await fireEvent.click(resume);
  await waitFor(() => expect(screen.getByTestId("gateway-key")).not.toHaveTextContent("stopped"));
  expect(backend.budgets.stopped).toEqual([]);
});

it("lists the calls that came through the gateway and opens one", async () => {
  const { calls } = await backend.call("calls.start", { body: emptyBody(["sandbox/swift"]) });
  const list = backend.calls.list.bind(backend.calls);
  backend.calls.list = (query) => {
    const page = list(query);
    const [first] = page.calls;
    const other = { ...first, id: "other", caller: "window" } as (typeof page.calls)[number];
    return {
      ...page,
      calls: [
        ...page.calls.map((one) => ({ ...one, caller: "gateway", caller_key: "notebook" })),
        other,
      ],
    };
  };
  await open();
  const row = await screen.findByTestId("gateway-call");
  expect(row).toHaveTextContent("sandbox/swift");
  expect(row).toHaveTextContent("notebook");
  await fireEvent.click(row);
  expect(navigation.screen).toBe("calls");
  expect(navigation.place?.call).toBe(calls[0]?.call);
  backend.calls.stopAll();
});

it("stays switched on while it waits for its port, and can be switched off", async () => {
  const real = backend.gateway.status.bind(backend.gateway);
  let waiting = true;
  backend.gateway.status = () => ({
    ...real(),
    waiting,
    problem: waiting ? "cannot listen on 127.0.0.1:4141: address in use" : null,
  });
  const stop = backend.gateway.stop.bind(backend.gateway);
  backend.gateway.stop = () => {
    waiting = false;
    return stop();
  };
  await open();
  expect(screen.getByTestId("gateway-problem")).toHaveTextContent("starts by itself");
  expect(screen.getByRole("switch")).toBeChecked();
  await fireEvent.click(screen.getByRole("switch"));
  await waitFor(() => expect(screen.queryByTestId("gateway-problem")).toBeNull());
  expect(screen.getByRole("switch")).not.toBeChecked();
});

it("says so where the program cannot serve it", async () => {
  const real = backend.gateway.status.bind(backend.gateway);
  backend.gateway.status = () => ({ ...real(), available: false });
  await open();
  expect(status()).toHaveTextContent("The gateway is not served here");
  expect(screen.queryByRole("switch")).toBeNull();
});
