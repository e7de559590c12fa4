/** Words of the comparison of two texts. */
export const strings = {
  label: "Comparison",
  comparing: "Comparing…",
  folded: (lines: string): string => `⋯ ${lines} lines as before`,
  same: "Both texts are the same.",
  counts: (added: string, removed: string): string => `+${added} −${removed}`,
  countsLong: (added: string, removed: string): string => `${added} added, ${removed} removed`,
  words: (count: string, one: boolean): string => `${count} ${one ? "word" : "words"}`,
  added: "added: ",
  removed: "removed: ",
  failed: "The texts could not be compared",
  retry: "Try again",
};
