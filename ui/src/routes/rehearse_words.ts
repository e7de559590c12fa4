/** Words of a rehearsal of a draft. */
export const rehearseWords = {
  draft: "The draft is rehearsed, and the active version beside it on the same calls.",
  active: (figure: string): string => `active ${figure}`,
};
