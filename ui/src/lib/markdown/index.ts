/**
 * Model output on the screen: `AnswerBuffer` collects the text, `MarkdownStream` renders it as it arrives.
 */
export { AnswerBuffer, type BufferChange } from "./answer_buffer";
export { MarkdownStream } from "./markdown_stream";
export { RawStream } from "./raw_stream";
export { safeLink, saysWhere, type SafeLink } from "./link_rules";
