/**
 * Takes apart well-formed JSON objects, the naive way: it counts braces. It
 * shares nothing with the library, so that what it counts can check the
 * library; and it copes with nothing that a recording of ours does not hold.
 *
 * @module
 */

/** One JSON object of a text. */
export interface FoundObject {
  /** Its text. */
  readonly text: string;
  /** Where it begins, in the caller's count. */
  readonly place: number;
}

/**
 * Collects text until braces balance.
 *
 * @returns Takes more text, and where that comes from; gives the objects that
 *   it completed.
 */
export function objects(): (text: string, place?: number) => FoundObject[] {
  let open = "";
  let begun = 0;
  let depth = 0;
  let quoted = false;
  let escaped = false;
  return (text, place = 0) => {
    const done: FoundObject[] = [];
    for (const character of text) {
      if (depth === 0 && character === "{") begun = place;
      if (depth > 0 || character === "{") open += character;
      if (escaped) escaped = false;
      else if (quoted && character === "\\") escaped = true;
      else if (character === '"') quoted = !quoted;
      else if (!quoted && character === "{") depth += 1;
      else if (!quoted && character === "}" && --depth === 0) {
        done.push({ text: open, place: begun });
        open = "";
      }
    }
    return done;
  };
}
