/** Visible texts of the shell. */
export const strings = {
  name: "Switchboard",
  search: "Search prompts, screens, commands…",
  searchLabel: "Search and commands",
  nothingFound: "Nothing fits this search",
  quickSwitch: "Open a prompt…",
  prompts: "Prompts",
  navigation: "Screens",
  screens: { compose: "Compose", calls: "Calls", settings: "Settings" },
  providers: "Providers",
  lamp: (label: string, text: string): string => `${label}: ${text}`,
  inFlight: (count: string): string => `${count} in flight`,
  history: (calls: string, size: string): string => `history ${calls} calls · ${size}`,
  historyTitle: (path: string): string => `History is kept in ${path}`,
  keychain: { ok: "keychain ok", locked: "keychain locked", none: "no keychain" },
  interrupted: (count: string): string => `${count} found unfinished at launch`,
  version: (version: string): string => `version ${version}`,
  failure: (why: string): string => `Providers could not be read: ${why}`,

  themes: { system: "As the system", light: "Light", dark: "Dark" },
  theme: "Theme",
  help: "Keyboard shortcuts",
  helpEmpty: "No shortcut here",

  configTitle: "The configuration file is broken",
  configActive: "The last good configuration stays active.",
  place: (file: string, line: number | null, column: number | null): string =>
    line === null ? file : `${file}, line ${line}${column === null ? "" : `, column ${column}`}`,
  field: (field: string): string => `field ${field}`,
  fix: (fix: string): string => `Fix: ${fix}`,

  firstRun: "You are using the built-in simulator.",
  addProvider: "Add a provider",
  importEnv: (found: number): string =>
    found > 0 ? `Import from environment (${found} found)` : "Import keys",
  findLocal: "Find local models",
  searching: "Searching…",
  foundLocal: (labels: string): string => `Found ${labels}`,
  noLocal: "No local model server answers. Start Ollama, LM Studio, llama.cpp or vLLM first.",
  dismiss: "Dismiss",

  actions: {
    group: "Switchboard",
    palette: "Search and commands",
    quickSwitch: "Open a prompt",
    help: "All keyboard shortcuts",
    goTo: (screen: string): string => `Go to ${screen}`,
    theme: (theme: string): string => `Theme: ${theme}`,
    nextPane: "Next pane",
    previousPane: "Previous pane",
  },
};
