import type { GatewayApi } from "../lib/backend";

/** Visible texts of the gateway screen. */
export const strings = {
  title: "Gateway",
  about:
    "One address on this machine for your programs: they speak the API they know, Switchboard answers with any model or route, with its retries, fallbacks and history.",
  retry: "Try again",
  failed: "The gateway's state could not be read",
  loading: "Reading the gateway's state…",

  switch: "Serve the gateway",
  on: "On",
  problem: "Problem",
  starting: "Starting…",
  stopping: "Stopping…",
  servingAt: (address: string): string => `Serving ${address}`,
  offTitle: "The gateway is off",
  onText: "Calls made through it appear under Calls. Turning it off stops the calls that run.",
  offText: (port: number): string =>
    `Turn it on to serve 127.0.0.1:${port}, for this machine only.`,
  problemTitle: "The gateway could not be started",
  problemText: "Another program may have this port. Choose another one, or close that program.",
  unavailableTitle: "The gateway is not served here",
  unavailableText:
    "This window belongs to a program that cannot serve it. Run `switchboard-cli serve`, or open the desktop window.",
  port: "Port",
  portHelp: "A whole number from 1 to 65535.",
  startOn: "Start on this port",
  startFree: "Take a free port",

  connect: "Connect a program",
  connectText: "Give your program this address in place of the provider's.",
  apis: {
    openai: "OpenAI",
    anthropic: "Anthropic",
    gemini: "Gemini",
  } as Record<GatewayApi, string>,
  copyUrl: (api: string): string => `Copy the base URL for ${api}`,
  copySnippet: "Copy this example",
  model: "Model or route",
  chooseModel: "Choose the model or route of the examples",
  exampleKeyOpen: "On this machine any text will do as the key.",
  exampleKeyNeeded: "Put one of your gateway keys in place of YOUR_GATEWAY_KEY.",
  exampleOff: "It is not served now: these are the addresses it will have.",

  access: "Access",
  open: "open on this machine",
  keysOnly: "keys only",
  openText:
    "Programs on this machine need no key. As soon as you make a key, every request needs one.",
  keysOnlyText: "Every request needs a key that was made here and not revoked.",
  accessConfig: "To decide it yourself, set `access` under `[gateway]` in the configuration file.",
  newKey: "New key",
  noKeys: "No keys yet",
  noKeysText: "Make one for each program, so that Calls can tell them apart.",
  columns: { name: "Name", key: "Key", made: "Made", used: "Last used", actions: "Actions" },
  never: "never",
  revoked: (when: string): string => `revoked ${when}`,
  showRevoked: (count: number): string => `Show ${count} revoked`,
  hideRevoked: "Hide revoked",
  revoke: "Revoke",
  revokeKey: (name: string): string => `Revoke ${name}`,
  revokeTitle: (name: string): string => `Revoke the key “${name}”?`,
  revokeText:
    "Programs that use it are refused at once. This cannot be taken back; a new key can be made at any time.",
  cancel: "Cancel",

  newKeyTitle: "New gateway key",
  keyName: "Name",
  keyNameHelp: "Shown in Calls as the caller, for example the program's name.",
  keyNamePlaceholder: "notebook",
  create: "Make key",
  creating: "Making…",
  createdTitle: (name: string): string => `Key “${name}”`,
  createdWarning:
    "Copy it now. It is shown this once and not kept: if it is lost, revoke it and make another.",
  secret: "The key",
  copySecret: "Copy the key",
  done: "Done",

  recent: "Recent calls through the gateway",
  noRecent: "None yet among the latest calls.",
  openCall: (model: string): string => `Open the call to ${model}`,
  noKey: "no key",
};
