/** Words of the answer view. */
export const strings = {
  answer: "Answer",
  latest: "Latest",
  latestHint: "Follow the answer again",
  large: (megabytes: string): string =>
    `This answer is ${megabytes} MB. Showing it may slow the window down.`,
  reveal: "Show it",
  saveToFile: "Save to file…",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "Not copied",
  saved: (path: string): string => `Saved to ${path}`,
  openTitle: "Open this address in your browser?",
  openText: (label: string): string => `The link reads “${label}” and goes to:`,
  openFirst: (host: string): string => `First link to ${host}. It goes to:`,
  open: "Open",
  openFailed: (message: string): string => `Could not open it: ${message}`,
  copyAddress: "Copy address",
  cancel: "Cancel",
  fileName: "answer.md",
};
