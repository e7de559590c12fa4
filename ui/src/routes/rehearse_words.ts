/** Words of a rehearsal of a draft. */
export const rehearseWords = {
  draft: "The draft is rehearsed, and the active version beside it on the same calls.",
  shapesLabel: "Shape of the calls",
  shapes: [
    { value: "", label: "calls of one shape" },
    { value: "7", label: "like the last 7 days" },
    { value: "30", label: "like the last 30 days" },
  ],
  active: (figure: string): string => `active ${figure}`,
};
