/** Words of the comparison of two texts. */
export const strings = {
  label: "Comparison",
  same: "Both texts are the same.",
  countsLong: (added: string, removed: string): string => `${added} added, ${removed} removed`,
  words: (count: string, one: boolean): string => `${count} ${one ? "word" : "words"}`,
  added: "added: ",
  removed: "removed: ",
};
