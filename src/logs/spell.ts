/**
 * Writes as JSON what a log holds in another spelling, token by token: what is
 * JSON already stays to the letter.
 *
 * @module
 */

/** Which spellings there are beside JSON. */
export type Dialect =
  // QEMU's own extension for clients: strings in single quotes, and \'.
  | "qemu"
  // Python's repr() of a dict: single quotes, True, False, None, u'', 1L.
  | "python"
  // Reference output of QEMU's iotests, where words stand for what varies.
  | "iotests";

/** A text as JSON. */
export interface Spelt {
  /** The JSON text. */
  readonly json: string;
  /** What had to be changed, in words; empty where nothing had. */
  readonly changes: ReadonlySet<string>;
}

const token =
  /[\s{}[\],:]+|u?("[^"\\]*(?:\\[^][^"\\]*)*"|'[^'\\]*(?:\\[^][^'\\]*)*')|(\([a-z ]+\)|[^\s{}[\],:"'()]+)/gy;

/**
 * Writes a text as JSON.
 *
 * @param text A value in the given spelling.
 * @param dialect The spelling.
 * @returns The JSON text, and what was changed; undefined where a piece of the
 * text is neither JSON nor of that spelling.
 */
export function spellAsJson(text: string, dialect: Dialect): Spelt | undefined {
  const changes = new Set<string>();
  let json = "";
  let end = 0;
  for (const match of text.matchAll(token)) {
    const [piece, string, word] = match;
    end += piece.length;
    const written = string !== undefined
      ? writeString(string, dialect, changes)
      : word !== undefined
      ? writeWord(word, dialect, changes)
      : piece;
    if (written === undefined) return undefined;
    json += written;
  }
  return end === text.length ? { json, changes } : undefined;
}

function writeString(
  string: string,
  dialect: Dialect,
  changes: Set<string>,
): string | undefined {
  if (dialect === "python") {
    changes.add("a literal of Python");
    return writePythonString(string);
  }
  if (dialect === "iotests" && /^"U?SECS"$/.test(string)) {
    changes.add(`${string.slice(1, -1)} for the time, so -1 as of no clock`);
    return "-1";
  }
  if (string.startsWith('"')) return string;
  changes.add("single quotes");
  const inner = string.slice(1, -1)
    .replace(
      /\\'|\\[^]|"/g,
      (piece) => piece === "\\'" ? "'" : piece === '"' ? '\\"' : piece,
    );
  return `"${inner}"`;
}

const pythonEscapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  a: "\x07",
  v: "\v",
  "\n": "",
};

function writePythonString(string: string): string {
  const value = string.slice(1, -1).replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([^]))/gi,
    (_, x?: string, u?: string, long?: string, other?: string) => {
      if (other !== undefined) return pythonEscapes[other] ?? other;
      const point = parseInt((x ?? u ?? long)!, 16);
      return point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
    },
  );
  return JSON.stringify(value);
}

const pythonWords: Readonly<Record<string, string>> = {
  True: "true",
  False: "false",
  None: "null",
};

function writeWord(
  word: string,
  dialect: Dialect,
  changes: Set<string>,
): string | undefined {
  if (/^(-?\d.*|true|false|null)$/.test(word)) {
    // Python 2 ends its long integers so.
    return dialect === "python" ? word.replace(/(\d)L$/, "$1") : word;
  }
  if (dialect === "python") {
    const written = Object.hasOwn(pythonWords, word)
      ? pythonWords[word]
      : undefined;
    if (written !== undefined) changes.add("a literal of Python");
    return written;
  }
  if (dialect !== "iotests") return undefined;
  if (word === "TIMESTAMP") {
    changes.add("TIMESTAMP for the time, so -1 as of no clock");
    return "-1";
  }
  if (!/^[A-Z][A-Z_]*$|^\(.*\)$/.test(word)) return undefined;
  changes.add("words in place of values, so strings of them");
  return JSON.stringify(word);
}
