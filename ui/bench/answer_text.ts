/** Text like a model's answer, repeatable from a seed. */

const WORDS =
  "the a retry of queue and stream when budget each attempt latency holds provider answer under load before first token its cost after window then fallback keeps".split(
    " ",
  );

/** Returns at least `length` characters of markdown: prose, lists, code, tables. */
export function answerText(seed: number, length: number): string {
  let state = seed;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[draw(WORDS.length)] ?? "").join(" ");
  const makers = [
    (): string => `## ${words(4)}\n\n`,
    (): string => `${words(60 + draw(60))} **${words(3)}** and \`${words(1)}\`, ${words(30)}.\n\n`,
    (): string =>
      Array.from({ length: 3 + draw(6) }, () => `- *${words(2)}*: ${words(12)}\n`).join("") + "\n",
    (): string =>
      "```rust\n" +
      Array.from(
        { length: 6 + draw(20) },
        (_, i) => `    let value_${i} = compute("${words(2)}", ${draw(1000)})?;\n`,
      ).join("") +
      "```\n\n",
    (): string =>
      "| metric | before | after |\n|---|---:|---:|\n" +
      Array.from({ length: 4 }, () => `| ${words(2)} | ${draw(900)} | ${draw(900)} |\n`).join("") +
      "\n",
    (): string => `1. ${words(9)}\n2. ${words(14)}\n   - ${words(6)}\n3. ${words(5)}\n\n`,
  ];
  let text = "";
  while (text.length < length) text += (makers[draw(makers.length)] ?? makers[1])?.() ?? "";
  return text;
}
