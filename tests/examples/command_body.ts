/**
 * A body from a stranger, taken within limits: one JSON text and nothing else.
 *
 * @module
 */

import { type JsonText, splitJson } from "@qmp/run-state";

/** How much a stranger may ask of us. */
export interface Limits {
  /** How many bytes there may be, blanks included. */
  readonly maxSize: number;
  /** How many arrays and objects may be open at once. */
  readonly maxDepth: number;
  /** How long the whole may take, in milliseconds. */
  readonly patience: number;
}

/** What became of a body: its text, or the HTTP status and the reason to refuse it. */
export type Taken =
  | { readonly text: string }
  | { readonly status: 400 | 408 | 413 | 415; readonly reason: string };

const tooLarge = (maxSize: number): Taken => ({
  status: 413,
  reason: `Cannot take more than ${maxSize} bytes`,
});

/**
 * Takes the body of a request. It is read no further than to its first fault,
 * so that neither a large body nor one that never ends costs more than the
 * limits.
 *
 * @param request The request.
 * @param limits How much it may ask of us.
 * @returns Its text, or why it is refused.
 */
export async function takeBody(
  request: Request,
  limits: Limits,
): Promise<Taken> {
  const { maxSize, maxDepth, patience } = limits;
  const type = request.headers.get("content-type") ?? "";
  // Any other type can be sent by a page of another site without asking.
  if (!/^application\/json *(;|$)/i.test(type)) {
    return { status: 415, reason: "Cannot take what is no application/json" };
  }
  if (Number(request.headers.get("content-length")) > maxSize) {
    return tooLarge(maxSize);
  }
  if (request.body === null) {
    return { status: 400, reason: "Cannot take an empty body" };
  }
  // What QEMU takes from a client: strings in single quotes too.
  const stage = splitJson({ maxSize, maxDepth, quotes: "both" });
  const stream = request.body.getReader();
  const late = Symbol("late");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isLate = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), patience);
  });
  const texts: JsonText[] = [];
  let size = 0;
  try {
    while (true) {
      const part = await Promise.race([stream.read(), isLate]);
      if (part === late) {
        return { status: 408, reason: `Cannot wait longer than ${patience} ms` };
      }
      texts.push(...part.done ? stage.end() : stage.push(part.value));
      const refused = refusal(texts);
      if (refused !== undefined) return refused;
      if (part.done) break;
      size += part.value.length;
      if (size > maxSize) return tooLarge(maxSize);
    }
  } finally {
    clearTimeout(timer);
    // Not awaited: a sender that does not listen is no reason to wait for it.
    stream.cancel().catch(() => {});
  }
  const [only] = texts;
  return only === undefined
    ? { status: 400, reason: "Cannot take an empty body" }
    : { text: only.text };
}

function refusal(texts: readonly JsonText[]): Taken | undefined {
  const [finding] = texts.flatMap(({ findings }) => findings);
  if (finding !== undefined) {
    const status = finding.code === "TOO_LARGE" ? 413 : 400;
    return { status, reason: finding.message };
  }
  if (texts.length < 2) return undefined;
  return { status: 400, reason: "Cannot take more than one command at a time" };
}
