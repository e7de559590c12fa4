import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import { app } from "../lib/app.svelte";
import { BackendError, useBackend } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { navigation } from "../lib/navigation.svelte";
import { uiState } from "../lib/ui_state";
import Settings from "./Settings.svelte";

/** A key that must never be found anywhere but in the one request that carries it. */
const KEY = "sk-test-7hq2-never-shown-3k9x";

let backend: MockBackend;
let sent: unknown[];
beforeEach(async () => {
  backend = new MockBackend();
  sent = [];
  const setKey = backend.setKey.bind(backend);
  backend.setKey = async (request) => {
    sent.push(structuredClone(request));
    return setKey(request);
  };
  useBackend(backend);
  await uiState.load();
  await app.refresh();
  navigation.go("settings");
});

const card = (id: string): HTMLElement => {
  const found = screen.getAllByTestId("provider-card").find((it) => it.dataset["provider"] === id);
  if (!found) throw new Error(`no card of ${id}`);
  return found;
};
const button = (name: string, inside: HTMLElement = document.body): HTMLElement =>
  within(inside).getByRole("button", { name });

async function addOpenAi(): Promise<void> {
  await backend.call("keys.import", {
    token: "scan-environment",
    variables: ["OPENAI_API_KEY"],
    by_reference: true,
  });
  await app.refresh();
}

it("adds a provider: preset, where requests go, key, test", async () => {
  render(Settings);
  await fireEvent.click(screen.getByTestId("add-provider"));
  await fireEvent.click(await screen.findByText("OpenAI"));
  await waitFor(() =>
    expect(screen.getByTestId("url-preview")).toHaveTextContent("POST https://api.openai.com/v1/"),
  );
  const field = screen.getByTestId<HTMLInputElement>("provider-key-input");
  expect(field.type).toBe("password");
  await fireEvent.input(field, { target: { value: KEY } });
  await fireEvent.submit(screen.getByTestId("provider-form"));
  await waitFor(() =>
    expect(screen.getByTestId("provider-test-result")).toHaveTextContent(/✓ 214 ms, \d+ model/),
  );
  expect(field.value).toBe("");
  expect(sent).toEqual([{ provider: "openai", name: "default", key: KEY, session_only: false }]);
  expect(document.body.innerHTML).not.toContain(KEY);
  expect(JSON.stringify(backend.log)).not.toContain(KEY);
  await fireEvent.click(button("Done"));
  expect(card("openai")).toHaveTextContent("214 ms");
});

it("follows the base URL as it is typed and names what is wrong with it", async () => {
  render(Settings);
  await fireEvent.click(screen.getByTestId("add-provider"));
  await fireEvent.click(await screen.findByText("Other server"));
  const url = screen.getByTestId("base-url");
  await fireEvent.input(url, { target: { value: "http://127.0.0.1:8080/v1/" } });
  const preview = screen.getByTestId("url-preview");
  await waitFor(() =>
    expect(preview).toHaveTextContent("POST http://127.0.0.1:8080/v1/chat/completions"),
  );
  await fireEvent.change(screen.getByRole("combobox"), { target: { value: "anthropic" } });
  await waitFor(() => expect(preview).toHaveTextContent("/v1/messages"));
  await fireEvent.input(url, { target: { value: "my server" } });
  await waitFor(() => expect(preview).toHaveTextContent("The base URL is not an address"));
  expect(screen.getByTestId("provider-save")).toBeDisabled();
});

it("keeps several named keys, uses the chosen one, deletes after asking", async () => {
  await addOpenAi();
  render(Settings);
  await fireEvent.click(button("OpenAI openai not tried", card("openai")));
  await fireEvent.click(within(card("openai")).getByTestId("provider-add-key"));
  const key = screen.getByTestId<HTMLInputElement>("key-input");
  await fireEvent.submit(screen.getByTestId("key-form"));
  expect(screen.getByRole("alert")).toHaveTextContent("Paste a key first.");
  await fireEvent.input(key, { target: { value: KEY } });
  await fireEvent.input(screen.getByLabelText("Name"), { target: { value: "work" } });
  await fireEvent.submit(screen.getByTestId("key-form"));
  expect(key.value).toBe("");
  await waitFor(() => expect(screen.getAllByTestId("provider-key")).toHaveLength(2));
  expect(card("openai")).toHaveTextContent("····3k9x");
  expect(document.body.innerHTML).not.toContain(KEY);

  await fireEvent.click(button("Use key work"));
  await waitFor(() => expect(app.provider("openai")?.active_key).toBe("work"));
  await fireEvent.click(button("Delete key work"));
  expect(app.provider("openai")?.keys).toHaveLength(2);
  await fireEvent.click(screen.getByTestId("key-delete-confirm"));
  await waitFor(() =>
    expect(app.provider("openai")?.keys.map((it) => it.name)).toEqual(["default"]),
  );
});

it("clears the key also when storing it fails, and says why", async () => {
  await addOpenAi();
  backend.setKey = () =>
    Promise.reject(
      new BackendError({ code: "keychain_locked", message: "the key store is locked" }),
    );
  render(Settings);
  await fireEvent.click(button("OpenAI openai not tried", card("openai")));
  await fireEvent.click(within(card("openai")).getByTestId("provider-add-key"));
  const key = screen.getByTestId<HTMLInputElement>("key-input");
  await fireEvent.input(key, { target: { value: KEY } });
  await fireEvent.submit(screen.getByTestId("key-form"));
  expect(await screen.findByRole("alert")).toHaveTextContent("The key store is locked.");
  expect(key.value).toBe("");
  expect(document.body.innerHTML).not.toContain(KEY);
});

it("shows a failed test as a sentence", async () => {
  await backend.call("providers.save", {
    id: "openai",
    label: "OpenAI",
    wire: "openai_chat",
    base_url: "https://api.openai.com/v1",
    needs_key: true,
  });
  await app.refresh();
  render(Settings);
  await fireEvent.click(button("OpenAI openai no key", card("openai")));
  await fireEvent.click(within(card("openai")).getByTestId("provider-test"));
  const result = within(card("openai")).getByTestId("provider-test-result");
  expect(result).toHaveTextContent("Testing…");
  await waitFor(() => expect(result).toHaveTextContent("✗ No key for OpenAI."));
});

it("imports what is picked, by reference from the environment", async () => {
  render(Settings);
  await fireEvent.click(screen.getByTestId("import-env"));
  const dialog = await screen.findByTestId("import-dialog");
  await fireEvent.click(within(dialog).getByRole("checkbox", { name: /Anthropic/ }));
  expect(screen.getByTestId("import-run")).toHaveTextContent("Import 1 key");
  await fireEvent.click(screen.getByTestId("import-run"));
  await waitFor(() => expect(screen.queryByTestId("import-dialog")).toBeNull());
  expect(backend.log.find((it) => it.method === "keys.import")?.params).toMatchObject({
    variables: ["OPENAI_API_KEY"],
    by_reference: true,
  });
  expect(app.provider("anthropic")).toBeUndefined();
});

it("copies the values of a .env file: a file cannot be referred to", async () => {
  render(Settings);
  await fireEvent.click(screen.getByTestId("import-file"));
  const dialog = await screen.findByTestId("import-dialog");
  expect(dialog).toHaveTextContent("Found in /home/me/project/.env");
  expect(within(dialog).queryByText(/Refer to the variables/)).toBeNull();
  await fireEvent.click(screen.getByTestId("import-run"));
  await waitFor(() => expect(app.provider("openai")?.keys[0]?.source.kind).toBe("keychain"));
});

it("explains a locked key store and goes on once it is open", async () => {
  backend.keychain = { state: "locked", message: "the login keyring is locked" };
  await app.refresh();
  render(Settings);
  expect(screen.getByTestId("keychain-locked")).toHaveTextContent("The login keyring is locked.");
  await fireEvent.click(screen.getByTestId("keychain-retry"));
  expect(await screen.findByText("Still locked.")).toBeInTheDocument();
  backend.keychain = { state: "ok" };
  await fireEvent.click(screen.getByTestId("keychain-retry"));
  expect(await screen.findByTestId("keychain-ok")).toBeInTheDocument();
});

it("offers every way on where there is no key store", async () => {
  const command = "sudo apt install gnome-keyring";
  backend.keychain = {
    state: "none",
    message: "no Secret Service answers",
    commands: [{ system: "Debian, Ubuntu", command }],
  };
  await app.refresh();
  render(Settings);
  const none = screen.getByTestId("keychain-none");
  await fireEvent.click(button("Copy the command for Debian, Ubuntu", none));
  expect(backend.copied).toBe(command);
  await fireEvent.click(button("Keep for this session only", none));
  expect(none).toHaveTextContent("Keys you enter now are kept until you quit.");
  await fireEvent.click(button("Use environment variables", none));
  expect(await screen.findByTestId("import-dialog")).toBeInTheDocument();
});

it("removes a provider and brings it back on undo", async () => {
  const { toasts } = await import("../lib/toasts.svelte");
  await addOpenAi();
  render(Settings);
  await fireEvent.click(button("OpenAI openai not tried", card("openai")));
  const remove = within(card("openai")).getAllByRole("button", { name: "Remove" }).at(-1);
  await fireEvent.click(remove as HTMLElement);
  await waitFor(() => expect(app.provider("openai")).toBeUndefined());
  toasts.shown.at(-1)?.action?.run();
  await waitFor(() => expect(app.provider("openai")?.base_url).toContain("api.openai.com"));
});

it("finds local model servers and says what answered", async () => {
  render(Settings);
  await fireEvent.click(screen.getByTestId("find-local"));
  expect(await screen.findByText("Found Ollama (1 model).")).toBeInTheDocument();
  expect(card("ollama")).toHaveTextContent("local");
});

it("shows where data lives, its size, and a mistake in the configuration", async () => {
  backend.configError = {
    file: "/home/me/.config/switchboard/config.toml",
    line: 12,
    column: 3,
    field: "providers.openai.base_url",
    message: "is not an address",
    fix: "write https://…",
  };
  await app.refresh();
  render(Settings);
  await fireEvent.click(screen.getByTestId("settings-data"));
  expect(screen.getByText("/home/me/.local/share/switchboard/history.sqlite")).toBeInTheDocument();
  expect(screen.getByText(/^0 calls, \d+ KB$/)).toBeInTheDocument();
  expect(screen.getByTestId("config-problem")).toHaveTextContent("config.toml, line 12");
  expect(screen.getByTestId("config-problem")).toHaveTextContent("providers.openai.base_url");
});

it("changes the theme at once and remembers it", async () => {
  render(Settings);
  await fireEvent.click(screen.getByTestId("settings-appearance"));
  await fireEvent.click(screen.getByLabelText("Dark"));
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  expect(localStorage.getItem("theme")).toBe("dark");
  await fireEvent.click(screen.getByLabelText("System"));
  expect(document.documentElement.dataset["theme"]).toBeUndefined();
  expect(localStorage.getItem("theme")).not.toBe("dark");
});

it("opens at the place another screen asked for", async () => {
  await addOpenAi();
  navigation.go("settings", { provider: "openai", start: "import" });
  render(Settings);
  expect(await screen.findByTestId("import-dialog")).toBeInTheDocument();
  expect(within(card("openai")).getByTestId("provider-test")).toBeInTheDocument();
});
