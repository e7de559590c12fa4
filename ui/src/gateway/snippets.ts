/** Examples for clients of the gateway, ready to be pasted. */
import type { GatewayBaseUrl } from "../lib/backend";

/** What stands where a client's key belongs. No real key is ever put into an example. */
export const KEY = "YOUR_GATEWAY_KEY";

export interface Snippet {
  id: string;
  label: string;
  text: string;
}

/** Returns an example for each kind of client. */
export function snippets(urls: readonly GatewayBaseUrl[], model: string): Snippet[] {
  const url = (api: GatewayBaseUrl["api"]): string =>
    urls.find((one) => one.api === api)?.url ?? "";
  const name = JSON.stringify(model);
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  return [
    {
      id: "curl",
      label: "curl",
      text: `curl ${shell(`${url("openai")}/chat/completions`)} \\
  -H ${shell("content-type: application/json")} \\
  -H ${shell(`authorization: Bearer ${KEY}`)} \\
  -d ${shell(body)}`,
    },
    {
      id: "openai-python",
      label: "OpenAI Python",
      text: `from openai import OpenAI

client = OpenAI(
    base_url="${url("openai")}",
    api_key="${KEY}",
)
answer = client.chat.completions.create(
    model=${name},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: "openai-node",
      label: "OpenAI Node",
      text: `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${url("openai")}",
  apiKey: "${KEY}",
});
const answer = await client.chat.completions.create({
  model: ${name},
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: "anthropic-python",
      label: "Anthropic Python",
      text: `from anthropic import Anthropic

client = Anthropic(
    base_url="${url("anthropic")}",
    api_key="${KEY}",
)
answer = client.messages.create(
    model=${name},
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.content[0].text)`,
    },
    {
      id: "gemini-python",
      label: "Gemini Python",
      text: `from google import genai
from google.genai import types

client = genai.Client(
    api_key="${KEY}",
    http_options=types.HttpOptions(base_url="${url("gemini")}"),
)
answer = client.models.generate_content(model=${name}, contents="Hello")
print(answer.text)`,
    },
  ];
}

/** Quotes an argument for a POSIX shell. */
function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
