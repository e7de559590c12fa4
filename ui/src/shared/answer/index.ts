export { default as AnswerView } from "./AnswerView.svelte";
export type { AnswerMode } from "./answer_painter";
