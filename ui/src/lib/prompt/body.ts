import type { Column, Message, ModelInfo, Part, PromptBody, Role } from "../backend/types";

/** Most columns of a comparison. */
export const MAX_COLUMNS = 6;

/** What a first comparison runs: simulated, so that it works without a key. */
export const DEFAULT_MODELS = ["sandbox/swift", "sandbox/steady", "sandbox/thinker"];

export function newColumn(model: string, more: Partial<Column> = {}): Column {
  return { id: newId(), model, fallbacks: [], params: null, ...more };
}

export function newMessage(role: Role, text = ""): Message {
  const part: Part =
    role === "tool" ? { type: "tool_result", tool_call_id: "", text } : { type: "text", text };
  return { role, parts: [part] };
}

/** Returns a prompt with nothing in it that can be run at once. */
export function emptyBody(models: readonly string[] = DEFAULT_MODELS): PromptBody {
  return {
    messages: [newMessage("system"), newMessage("user")],
    variables: {},
    tools: [],
    response_format: { type: "text" },
    params: {},
    columns: models.map((model) => newColumn(model)),
  };
}

/** Returns the prompt that a first launch shows. */
export function sampleBody(): PromptBody {
  return {
    ...emptyBody(),
    messages: [
      newMessage("system", "You triage messages for a billing product. Be brief."),
      newMessage(
        "user",
        "Classify this message from a {{plan}} customer and suggest one action:\n{{message}}",
      ),
    ],
    variables: {
      plan: "enterprise",
      message: "I was charged twice in October and support has not answered for three days.",
    },
  };
}

/** Returns the body with every message editable: a message without text gets an empty one. */
export function editable(body: PromptBody): PromptBody {
  return {
    ...body,
    messages: body.messages.map((message) => {
      const writable = message.parts.some((part) => part.type !== "image");
      if (writable) return message;
      return { ...message, parts: [{ type: "text", text: "" } as const, ...message.parts] };
    }),
  };
}

/** Returns who speaks next when a message is added. */
export function nextRole(messages: readonly Message[]): Role {
  return messages.at(-1)?.role === "user" ? "assistant" : "user";
}

/** Moves an item of a list, in place. Places outside the list change nothing. */
export function move(list: unknown[], from: number, to: number): boolean {
  if (from === to || from < 0 || to < 0 || from >= list.length || to >= list.length) return false;
  list.splice(to, 0, ...list.splice(from, 1));
  return true;
}

/** Splits `provider/model`; the model may hold slashes. */
export function splitModel(id: string): { provider: string; model: string } {
  const slash = id.indexOf("/");
  if (slash < 0) return { provider: "", model: id };
  return { provider: id.slice(0, slash), model: id.slice(slash + 1) };
}

/** Returns which of six series colours a model has on every screen. */
export function seriesOf(model: string): number {
  let hash = 2166136261;
  for (let index = 0; index < model.length; index++) {
    hash = Math.imul(hash ^ model.charCodeAt(index), 16777619);
  }
  return ((hash >>> 0) % 6) + 1;
}

/** Returns models that fit every word of a search, in their order. */
export function searchModels(models: readonly ModelInfo[], search: string): ModelInfo[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    const text = `${model.id} ${model.provider_label} ${model.about ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function newId(): string {
  return crypto.randomUUID().slice(0, 8);
}
