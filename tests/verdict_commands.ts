/**
 * Makes commands, good and bad in every way that QEMU checks, for the
 * differential test of `verdict()`. The same seed makes the same commands.
 *
 * Left out, because they would end the process or lose the answers: `quit` that
 * succeeds, the first `qmp_capabilities` that succeeds (it has connections of
 * its own in the test), commands beside those listed that change anything,
 * numbers beyond a double's range (QEMU echoes them as `inf`, which is not
 * JSON). Under oob all texts are JSON, but for keys given twice: QEMU 7.2 aborts
 * when one byte ends two messages and its queue of eight has one place left.
 *
 * @module
 */

/** In which state of a connection a command is sent. */
export type SessionName = "negotiated" | "oob" | "preconfig" | "greeted";

/** A command as it is sent. */
export interface MadeCommand {
  /** Its text, perhaps not JSON at all. */
  readonly text: string;
  /** Whether it may be executed out-of-band, and so be answered before others. */
  readonly mayOvertake: boolean;
  /** Whether something else than JSON was put in. */
  readonly broken: boolean;
}

type Tree =
  | { readonly literal: string }
  | { readonly string: string }
  | { readonly items: readonly Tree[] }
  | { readonly members: readonly Member[] };

type Member = readonly [key: string, value: Tree];

type Random = () => number;

/**
 * Makes commands.
 *
 * @param seed Any integer.
 * @param count How many.
 * @param session The state that they are made for.
 * @returns The commands.
 */
export function makeCommands(
  seed: number,
  count: number,
  session: SessionName,
): MadeCommand[] {
  const random = mulberry32(seed);
  const commands: MadeCommand[] = [];
  while (commands.length < count) {
    const command = makeCommand(random, session);
    if (session === "oob" && command.broken) continue;
    if (!isBeyondDouble(command.text)) commands.push(command);
  }
  return commands;
}

/** Also what a mutation makes of a number, such as 1e3308. */
function isBeyondDouble(text: string): boolean {
  const numbers = text.match(/\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g) ?? [];
  return numbers.some((number) => !Number.isFinite(Number(number)));
}

/** Small, and the same everywhere. */
function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)] as T;
}

function shuffle<T>(random: Random, list: readonly T[]): T[] {
  return list.map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const names = [
  ...["set-action", "set-action", "set-action", "set-action", "set-action"],
  ...["watchdog-set-action", "watchdog-set-action", "query-status"],
  ...["qmp_capabilities", "qmp_capabilities", "query-version", "stop", "cont"],
  ...["system_reset", "system_powerdown", "system_wakeup", "quit"],
];
/** Not in the list of what is checked, and harmless. */
const foreignNames = [
  ...["query-name", "query-kvm", "query-uuid", "query-cpus-fast", "nope", ""],
  ...["STOP", "Query-Status", "query_status", "set_action", "system-reset"],
];
const values = [
  ...["reset", "shutdown", "poweroff", "pause", "debug", "none", "inject-nmi"],
  ...["exit-failure", "oob", "Reset", "poweroff ", "", "run", "x\0y", "é"],
];
const keys = [
  ...["reboot", "shutdown", "panic", "watchdog", "action", "enable", "x", ""],
  ...["execute", "exec-oob", "arguments", "id", "control", "Execute", "args"],
  ...["__proto__", "constructor", "toString", "0", "7", "12", "-1", "a.b", "."],
  ...[
    "é",
    "😀",
    "\0",
    "a\0b",
    "\u007f",
    "ÿ",
    "日本",
    "'",
    '"',
    "\\",
    "\n",
    "%s",
  ],
];
const literals = [
  ...["null", "true", "false", "0", "-0", "1", "-1", "1.0", "1e3", "0.5"],
  ...["9007199254740993", "9223372036854775807", "9223372036854775808"],
  ...["-9223372036854775808", "-9223372036854775809", "4294967296"],
  ...["18446744073709551615", "18446744073709551616", "1e308", "5e-324"],
  ...["0.0e-1", "123456789012345678901234567890", "1E+2"],
];
/** What QEMU does not read, or only as two tokens. */
const badLiterals = [
  ...["NaN", "Infinity", "nil", "True", "undefined", "01", "-01", "1.", ".5"],
  ...["0e1", "-0E5", "+1", "-", "1e", "1e+", "0x10", "%d", "é", "\u0001", ""],
  ...['"\\ud800"', '"\\udc00x"', '"\\ud800\\u0041"', '"\\uffff"', '"\\x41"'],
  ...[
    '"\\u12"',
    '"\\u12é"',
    '"\uffff"',
    '"\ufdd0"',
    '"a\nb"',
    '"\\ud83f\\udfff"',
  ],
];

function makeCommand(random: Random, session: SessionName): MadeCommand {
  const roll = random();
  if (roll < 0.03) return made(random, anyValue(random, 3));
  const name = pick(random, roll < 0.08 ? foreignNames : names);
  let members: Member[] = [[
    pick(random, [
      "execute",
      "execute",
      "execute",
      "execute",
      session === "oob" ? "exec-oob" : "execute",
    ]),
    { string: name },
  ]];
  if (random() < 0.75) {
    members.push(["arguments", { members: makeArguments(random, name) }]);
  }
  if (random() < 0.3) members.push(["id", anyValue(random, 2)]);
  for (
    let faults = random() < 0.5 ? 0 : 1 + below(random, 3);
    faults > 0;
    faults--
  ) {
    members = spoilEnvelope(random, members);
  }
  const loaded = members.some(([, value]) =>
    "string" in value && (value.string === "quit" ||
      value.string === "qmp_capabilities" && session === "greeted")
  );
  if (loaded) members = defuse(random, members);
  const command = made(random, { members: shuffle(random, members) });
  return !loaded && random() < 0.15
    ? { ...command, text: mutate(random, command.text), broken: true }
    : command;
}

function made(random: Random, tree: Tree): MadeCommand {
  const text = render(random, tree);
  return {
    text,
    mayOvertake: text.includes("oob") || text.includes("\\u"),
    broken: hasBadLiteral(tree),
  };
}

function hasBadLiteral(tree: Tree): boolean {
  if ("literal" in tree) return badLiterals.includes(tree.literal);
  if ("string" in tree) return false;
  return "items" in tree
    ? tree.items.some(hasBadLiteral)
    : tree.members.some(([, value]) => hasBadLiteral(value));
}

function makeArguments(random: Random, name: string): Member[] {
  const known: readonly string[] = ({
    "set-action": ["reboot", "shutdown", "panic", "watchdog"],
    "watchdog-set-action": ["action"],
    "qmp_capabilities": ["enable"],
  })[name] ?? [];
  const members: Member[] = known
    .filter(() => random() < 0.7)
    .map((key) => [key, argument(random, key)]);
  const roll = random();
  const extra = roll < 0.6
    ? 0
    : roll < 0.8
    ? 1
    : below(random, roll < 0.95 ? 9 : 70);
  for (let left = extra; left > 0; left--) {
    members.push([anyKey(random), anyValue(random, 1)]);
  }
  return uniqueKeys(random, shuffle(random, members));
}

const goodValues: Readonly<Record<string, readonly string[]>> = {
  reboot: ["reset", "shutdown"],
  shutdown: ["poweroff", "pause"],
  panic: ["pause", "shutdown", "exit-failure", "none"],
  watchdog: ["reset", "shutdown", "poweroff", "pause", "debug", "none"],
  action: ["reset", "shutdown", "inject-nmi", "pause", "debug", "none"],
};

function argument(random: Random, key: string): Tree {
  const good = goodValues[key];
  const roll = random();
  if (!good) {
    return roll < 0.2 ? anyValue(random, 2) : {
      items: Array.from(
        { length: below(random, 4) },
        () => random() < 0.7 ? { string: "oob" } : anyValue(random, 1),
      ),
    };
  }
  if (roll < 0.75) return { string: pick(random, good) };
  return roll < 0.9 ? { string: pick(random, values) } : anyValue(random, 2);
}

function spoilEnvelope(random: Random, members: Member[]): Member[] {
  const key = pick(random, ["execute", "exec-oob", "arguments", "id"]);
  switch (below(random, 6)) {
    case 0: {
      const at = below(random, members.length);
      return members.filter((_, index) => index !== at);
    }
    case 1:
      return [...members, [anyKey(random), anyValue(random, 1)]];
    case 2: {
      const extra = Array.from(
        { length: below(random, 12) },
        (): Member => [anyKey(random), anyValue(random, 0)],
      );
      return uniqueKeys(random, [...members, ...extra]);
    }
    case 3:
      return members.map((member) =>
        member[0] === key ? [key, anyValue(random, 1)] : member
      );
    case 4:
      return uniqueKeys(random, [...members, [key, {
        string: pick(random, names),
      }]]);
    default:
      // A key twice.
      return [
        ...members,
        pick(random, members.length > 0 ? members : [["id", { literal: "1" }]]),
      ];
  }
}

/** Makes sure that QEMU refuses it. */
function defuse(random: Random, members: Member[]): Member[] {
  const others = members.filter(([key]) => key !== "arguments");
  return random() < 0.5
    ? [...members, ["extra", anyValue(random, 1)]]
    : [...others, [
      "arguments",
      random() < 0.5
        ? { items: [] }
        : { members: [["extra", anyValue(random, 1)]] },
    ]];
}

function uniqueKeys(random: Random, members: readonly Member[]): Member[] {
  return random() < 0.02 ? [...members] : [...new Map(members)];
}

function anyKey(random: Random): string {
  return random() < 0.4 ? pick(random, keys) : Array.from(
    { length: 1 + below(random, 12) },
    () => String.fromCharCode(97 + below(random, 26)),
  ).join("");
}

function anyValue(random: Random, depth: number): Tree {
  const roll = random();
  if (roll < 0.45) return { literal: pick(random, literals) };
  if (roll < 0.47) return { literal: pick(random, badLiterals) };
  if (roll < 0.7 || depth === 0) {
    return { string: pick(random, [...values, ...keys]) };
  }
  const length = below(random, 4);
  return roll < 0.85
    ? { items: Array.from({ length }, () => anyValue(random, depth - 1)) }
    : {
      members: uniqueKeys(
        random,
        Array.from(
          { length },
          (): Member => [anyKey(random), anyValue(random, depth - 1)],
        ),
      ),
    };
}

function render(random: Random, tree: Tree): string {
  const gap = random() < 0.9 ? "" : pick(random, [" ", "\t", "\r\n", "  "]);
  const quote = random() < 0.85 ? '"' : "'";
  const escape = random() < 0.1;
  return write(tree);

  function write(tree: Tree): string {
    if ("literal" in tree) return tree.literal;
    if ("string" in tree) return writeString(tree.string);
    if ("items" in tree) {
      return `[${gap}${tree.items.map(write).join(`,${gap}`)}]`;
    }
    const members = tree.members.map(([key, value]) =>
      `${writeString(key)}${gap}:${gap}${write(value)}`
    );
    return `{${members.join(`${gap},`)}${gap}}`;
  }

  function writeString(text: string): string {
    const body = Array.from(text, (char) => {
      if (char === quote || char === "\\") return `\\${char}`;
      if (char === "'" && escape) return "\\'";
      return char < " " || escape && random() < 0.3 ? inHex(char) : char;
    });
    return quote + body.join("") + quote;
  }
}

function inHex(char: string): string {
  return Array.from(
    { length: char.length },
    (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}

const noise = [...`{}[]:,"'\\ aeu019.-+%é\t\n`, "\u0001", "\ufffe"];

function mutate(random: Random, text: string): string {
  let chars = Array.from(text);
  for (let left = 1 + below(random, 3); left > 0; left--) {
    const at = below(random, chars.length);
    const cut = random() < 0.1 ? below(random, chars.length) : 1;
    switch (below(random, 4)) {
      case 0:
        chars.splice(at, cut);
        break;
      case 1:
        chars.splice(at, 0, pick(random, noise));
        break;
      case 2:
        chars.splice(at, 1, pick(random, noise));
        break;
      default:
        chars = [...chars.slice(0, at + cut), ...chars.slice(at)];
    }
  }
  return chars.join("");
}
