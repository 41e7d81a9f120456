/**
 * What is made of a run on several runtimes: where they differ in what they say,
 * and the table of them in the README.
 *
 * @module
 */

/** Where two runtimes differ. */
export interface Difference {
  /** The line, from 1. */
  readonly line: number;
  /** What the one says there, from a little before the difference. */
  readonly one: string;
  /** What the other says there. */
  readonly other: string;
}

/**
 * Compares what two runtimes say, to the letter.
 *
 * @param one The lines of the one.
 * @param other The lines of the other.
 * @returns Where they differ first; undefined where they do not.
 */
export function firstDifference(
  one: readonly string[],
  other: readonly string[],
): Difference | undefined {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) {
    if (one[index] === other[index]) continue;
    const from = Math.max(0, firstCharacter(one[index], other[index]) - 60);
    const show = (line: string | undefined) =>
      line === undefined
        ? "nothing"
        : JSON.stringify(line.slice(from, from + 240));
    return {
      line: index + 1,
      one: show(one[index]),
      other: show(other[index]),
    };
  }
  return undefined;
}

function firstCharacter(one = "", other = ""): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** What a runtime says. */
export interface Said {
  /** The runtime. */
  readonly name: string;
  /** What it says. */
  readonly lines: readonly string[];
}

/**
 * Compares what several runtimes say with what the first of them says.
 *
 * @param said What each says.
 * @returns A complaint for each that says something else.
 */
export function complaints(said: readonly Said[]): readonly string[] {
  const [first, ...others] = said;
  return others.flatMap(({ name, lines }) => {
    const difference = firstDifference(first!.lines, lines);
    if (difference === undefined) return [];
    const { line, one, other } = difference;
    return [
      `FAILED: line ${line} is another on ${name}\n` +
      `${first!.name}: ${one}\n${name}: ${other}`,
    ];
  });
}

/** A runtime on which everything ran. */
export interface Row {
  /** Its name. */
  readonly title: string;
  /** Its version. */
  readonly version: string;
  /** Whether the project chose the version: otherwise it is what the machine has. */
  readonly isPinned: boolean;
  /** Where it comes from. */
  readonly from: string;
  /** What the tests run in. */
  readonly within: string;
  /** What it has not, so that tests were left out. */
  readonly without: readonly string[];
}

const marks = ["<!-- runtimes -->\n\n", "\n\n<!-- /runtimes -->"] as const;

/**
 * Puts the table of runtimes into the README.
 *
 * @param readme Its text.
 * @param rows What ran.
 * @returns Its text with the table.
 * @throws {Error} When it has no place for the table.
 */
export function withTable(readme: string, rows: readonly Row[]): string {
  const from = readme.indexOf(marks[0]) + marks[0].length;
  const to = readme.indexOf(marks[1], from);
  if (from < marks[0].length || to < 0) {
    throw new Error("Cannot write the table of runtimes: it has no place");
  }
  return readme.slice(0, from) + table(rows) + readme.slice(to);
}

/**
 * Says whether the README has another table than a run makes. A version that the
 * project did not choose may be another: it changes from machine to machine.
 *
 * @param readme Its text.
 * @param rows What ran.
 * @returns Whether it has.
 */
export function isStale(readme: string, rows: readonly Row[]): boolean {
  const known = rows.map((row) => {
    const line = readme.split("\n").find((each) =>
      each.startsWith(`| ${row.title} `)
    );
    const version = line?.split("|")[2]?.trim();
    return row.isPinned ? row : { ...row, version: version ?? row.version };
  });
  return withTable(readme, known) !== readme;
}

function table(rows: readonly Row[]): string {
  const head = ["runtime", "version", "from", "the tests run in", "they are"];
  const body = rows.map(({ title, version, from, within, without }) => {
    const names = without.map((each) => `\`${each}\``).join(", ");
    const which = names === "" ? "all" : `all but what needs ${names}`;
    return [title, version, from, within, which];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((cells) => cells[column]!.length))
  );
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...body].map((cells) =>
    `| ${
      cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")
    } |`
  ).join("\n");
}
