/**
 * What other editions know of what one does not.
 *
 * @module
 */

import { type Edition, type Lore, type Question, seed } from "./edition.ts";

/**
 * Asks what other editions know.
 *
 * @param edition The one that a message was read under.
 * @param question What it does not know.
 * @returns What there is to say; undefined where there is nothing.
 */
export function loreOf(edition: Edition, question: Question): Lore | undefined {
  return edition === seed ? seedLore(question) : edition.lore?.(question);
}

/**
 * The members of the seed that some release lacks. The editions know much more,
 * but this much is known without them, so that under `forward` no message of
 * any QEMU is lost.
 */
function seedLore({ code, name, path }: Question): Lore | undefined {
  if (code !== "MISSING_MEMBER") return undefined;
  const at = path.join(".");
  const isCause = name === "SHUTDOWN" || name === "RESET";
  if (name === "query-status" && at === "return.singlestep") {
    const why = '"singlestep" is gone since QEMU 9.0';
    return { until: "9.0", known: true, why };
  }
  const since = !isCause
    ? undefined
    : at === "data.reason"
    ? "4.0"
    : at === "data"
    ? "2.10"
    : undefined;
  return since === undefined ? undefined : {
    since,
    known: true,
    why: `"${path.at(-1)}" is lacking before QEMU ${since}`,
  };
}
