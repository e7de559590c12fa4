import { BackendError } from "../backend";
import type {
  OwnPrice,
  PriceBook,
  PriceMatches,
  PriceNotice,
  PriceRef,
  PriceRow,
  PriceSheet,
  PriceSource,
  PriceSummary,
  PriceUpdate,
} from "../types";

const SOURCE: PriceSource = { name: "genai-prices 0.2.3", date: "2026-11-20", licence: "MIT" };

/** Prices in USD per million tokens: provider, model, input, output. */
const BOOK: readonly [string, string, string, string][] = [
  ["openai", "gpt-6.1-terra", "1.25", "10"],
  ["openai", "gpt-6.1-luna", "0.25", "2"],
  ["anthropic", "claude-sonnet-5-5", "3", "15"],
  ["google", "gemini-4-argon", "2", "12"],
];

/** A price book of four models, and prices of the user's own. */
export class MockPrices {
  own: OwnPrice[] = [];
  fromFile = false;
  /** What the next file is refused for. */
  problems: PriceUpdate["problems"] = [];

  search(text = ""): PriceMatches {
    const fits = (one: PriceRef): boolean =>
      `${one.provider}/${one.model}`.toLowerCase().includes(text.trim().toLowerCase());
    const own = this.own.filter(fits).map((one): PriceSummary => ({
      ...summary(one.provider, one.model, one.input, one.output),
      source: { name: "your prices" },
      own: true,
    }));
    const book = BOOK.map((row) => summary(...row)).filter(fits);
    const models = [...own, ...book];
    return { models, total: models.length, book: this.book() };
  }

  show({ provider, model }: PriceRef): PriceSheet {
    const known = BOOK.find((row) => row[0] === provider && row[1] === model);
    const own = this.own.find((one) => one.provider === provider && one.model === model);
    return {
      provider,
      model,
      label: provider,
      ...(known ? { book_name: `${provider}/${model}`, context_window: 1_050_000 } : {}),
      abilities: known ? ["tools"] : [],
      deprecated: false,
      ...(own ? { own } : {}),
      rows: known ? rows(known[2], known[3]) : [],
      changes: known ? ["2027-01-01"] : [],
      conflicts: [],
      providers: [provider],
    };
  }

  set(price: OwnPrice): OwnPrice {
    for (const field of ["input", "output"] as const) {
      if (!/^\d+(\.\d{1,6})?$/.test(price[field].trim())) {
        throw new BackendError({
          code: "invalid_params",
          message: price[field].includes("$")
            ? "a price is written without a currency sign"
            : "a price is a plain decimal number",
          hint: "write for example 2.50, in USD per million tokens",
          field,
        });
      }
    }
    this.remove(price);
    this.own.push(price);
    return price;
  }

  remove({ provider, model }: PriceRef): void {
    this.own = this.own.filter((one) => one.provider !== provider || one.model !== model);
  }

  update(): PriceUpdate {
    this.fromFile ||= this.problems.length === 0;
    return { problems: this.problems, changed: 3, added: 1, gone: 0, book: this.book() };
  }

  useBundled(): PriceBook {
    this.fromFile = false;
    return this.book();
  }

  notices(): PriceNotice[] {
    return [
      {
        kind: "dearer",
        provider: "google",
        model: "gemini-4-argon",
        in_use: true,
        on: "2027-01-01",
        text: "costs $4 in and $24 out instead of $2 in and $12 out from 2027-01-01 on",
      },
    ];
  }

  book(): PriceBook {
    return { models: 2396, sources: [SOURCE], from_file: this.fromFile };
  }
}

function summary(provider: string, model: string, input: string, output: string): PriceSummary {
  return {
    provider,
    model,
    input,
    output,
    source: SOURCE,
    own: false,
    in_use: true,
    deprecated: false,
    conflicts: 0,
  };
}

function rows(input: string, output: string): PriceRow[] {
  const row: PriceRow = {
    tier: "standard",
    above: 0,
    input,
    output,
    source: SOURCE,
    current: true,
  };
  return [row, { ...row, tier: "batch", above: 200_000, current: false }];
}
