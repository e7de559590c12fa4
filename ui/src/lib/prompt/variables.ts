import type { Message, PromptBody } from "../backend/types";

/** A piece of a text: plain, or a `{{variable}}`. */
export interface Piece {
  text: string;
  /** The variable's name; `null` for plain text. */
  name: string | null;
}

const VARIABLE = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

/** Splits a text into plain pieces and variables; joined again they are the text. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), name: null });
    found.push({ text: match[0], name: match[1] ?? "" });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), name: null });
  return found;
}

/** Returns the names used in the messages, in order of first use. */
export function variableNames(messages: readonly Message[]): string[] {
  const names = new Set<string>();
  for (const message of messages) {
    for (const text of texts(message)) {
      for (const match of text.matchAll(VARIABLE)) names.add(match[1] ?? "");
    }
  }
  return [...names];
}

/** Returns the names used that have no value. */
export function missingVariables(body: PromptBody): string[] {
  return variableNames(body.messages).filter((name) => (body.variables[name] ?? "") === "");
}

/** Returns how many characters the messages and their variables have together. */
export function length(body: PromptBody): number {
  let chars = 0;
  for (const message of body.messages) {
    for (const text of texts(message)) chars += text.length;
  }
  for (const value of Object.values(body.variables)) chars += value?.length ?? 0;
  return chars;
}

function texts(message: Message): string[] {
  return message.parts.flatMap((part) =>
    part.type === "text" || part.type === "tool_result" ? [part.text] : [],
  );
}
