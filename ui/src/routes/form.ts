/** Changes to a route's form. Each returns a new form; the given one stays as it is. */
import type { OptionDraft, RouteDraft, StepDraft } from "../lib/backend";

/** Most steps of a route, and most equals of a step. */
export const MAX_STEPS = 16;

export function newStep(model: string): StepDraft {
  return { options: [{ model, weight: 1 }], pick: "weighted" };
}

/** Returns a new route's form with one step. */
export function newRoute(name: string, model: string): RouteDraft {
  return {
    name,
    about: "",
    priority: 0,
    steps: [newStep(model)],
    lists: { context_too_long: [], content_filter: [], auth: [] },
    fall_back_on: [],
    stop_on: [],
  };
}

/** Returns `base`, or the first of `base-2`, `base-3`… that is not taken. */
export function freeName(base: string, taken: readonly string[]): string {
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

/** Puts a step in at a place. */
export function insertStep(draft: RouteDraft, at: number, step: StepDraft): RouteDraft {
  return { ...draft, steps: draft.steps.toSpliced(at, 0, step) };
}

export function removeStep(draft: RouteDraft, at: number): RouteDraft {
  return { ...draft, steps: draft.steps.toSpliced(at, 1) };
}

/** Moves a step; places outside the list change nothing. */
export function moveStep(draft: RouteDraft, from: number, to: number): RouteDraft {
  const step = draft.steps[from];
  if (step === undefined || from === to || to < 0 || to >= draft.steps.length) return draft;
  return { ...draft, steps: draft.steps.toSpliced(from, 1).toSpliced(to, 0, step) };
}

export function setStep(draft: RouteDraft, at: number, change: Partial<StepDraft>): RouteDraft {
  const steps = draft.steps.map((step, place) => (place === at ? { ...step, ...change } : step));
  return { ...draft, steps };
}

/** Adds an equal to a step: of weighted ones the new one gets a fifth of the calls. */
export function addOption(step: StepDraft, model: string): StepDraft {
  if (step.options.some((option) => option.model === model)) return step;
  const sum = step.options.reduce((all, option) => all + option.weight, 0);
  const [only] = step.options;
  if (step.options.length === 1 && only) {
    return {
      ...step,
      options: [
        { ...only, weight: 80 },
        { model, weight: 20 },
      ],
    };
  }
  return {
    ...step,
    options: [...step.options, { model, weight: Math.max(1, Math.round(sum / 4)) }],
  };
}

/** Takes an equal out; the last one stays. */
export function removeOption(step: StepDraft, at: number): StepDraft {
  if (step.options.length < 2) return step;
  const options = step.options.toSpliced(at, 1);
  const [only] = options;
  if (options.length === 1 && only) return { ...step, options: [{ ...only, weight: 1 }] };
  return { ...step, options };
}

export function setOption(step: StepDraft, at: number, change: Partial<OptionDraft>): StepDraft {
  const options = step.options.map((option, place) =>
    place === at ? { ...option, ...change } : option,
  );
  return { ...step, options };
}

/** Returns an equal's share of the calls in percent, as people write it: "80 %", "33.3 %". */
export function shareOf(step: StepDraft, at: number): string {
  const sum = step.options.reduce((all, option) => all + option.weight, 0);
  const share = sum === 0 ? 0 : ((step.options[at]?.weight ?? 0) / sum) * 100;
  return `${Number(share.toFixed(1))} %`;
}

/** "A" to "Z" for the equals of a step, then numbers. */
export function letterOf(at: number): string {
  return at < 26 ? String.fromCharCode(65 + at) : String(at + 1);
}

/** Whether two forms say the same, whatever the order of their fields. */
export function same(a: RouteDraft | null, b: RouteDraft | null): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]),
  );
}
