/**
 * From a value to its JSON text: the only encoder.
 *
 * @module
 */

import { qemuDouble, qemuString } from "./qemu_spelling.ts";
import { plain, quote, shorten } from "./quote.ts";
import { codePointName, noCharacter } from "./unicode.ts";

/** How {@linkcode stringifyJson} writes. */
export interface StringifyOptions {
  /**
   * The style: `"compact"` without a blank; `"qemu"`, to the byte what QEMU
   * prints, a blank after each colon and comma, everything beyond ASCII escaped;
   * `"qemu-pretty"`, to the byte what it prints with `pretty=on`.
   *
   * @default {"compact"}
   */
  readonly style?: "compact" | "qemu" | "qemu-pretty";
}

interface Style {
  readonly colon: string;
  readonly comma: string;
  readonly indent: string;
  readonly writeString: (text: string) => string;
  readonly writeDouble: (double: number) => string;
}

const compact: Style = {
  colon: ":",
  comma: ",",
  indent: "",
  writeString: JSON.stringify,
  // String() rounds an integer beyond 2^53 to the digits that tell it from its
  // neighbours; QEMU would read these as another integer.
  writeDouble: (double) =>
    String(Number.isInteger(double) ? BigInt(double) : double),
};

const styles: Readonly<Record<string, Style>> = {
  compact,
  "qemu": {
    colon: ": ",
    comma: ", ",
    indent: "",
    writeString: qemuString,
    writeDouble: qemuDouble,
  },
  "qemu-pretty": {
    colon: ": ",
    comma: ",",
    indent: "    ",
    writeString: qemuString,
    writeDouble: qemuDouble,
  },
};

function styleNamed(name: string): Style {
  if (Object.hasOwn(styles, name)) return styles[name]!;
  const known = Object.keys(styles).join(", ");
  throw new TypeError(
    `Cannot write JSON in the style ${
      quote(String(name))
    }: it is none of ${known}`,
  );
}

/** An array or object that is being written. */
interface Open {
  readonly container: Readonly<Record<string | number, unknown>>;
  /** The keys of an object; an array has none. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  /** How many members were begun. */
  begun: number;
}

/**
 * Writes a value as JSON.
 *
 * It writes what there is and refuses the rest, where JSON.stringify leaves out
 * or makes up: no `undefined`, no NaN, no class instance, and `toJSON` is never
 * asked. A bigint is written to its last digit. So is what {@linkcode parseJson}
 * would refuse: half a surrogate pair and noncharacters. A number that is not an
 * integer, or one beyond ±(2^53-1), counts as a double, of which QEMU prints 17
 * digits.
 *
 * Lines are parted by a line feed and the last has none. A monitor of QEMU puts a
 * carriage return before each and ends the message with both:
 * `text.replaceAll("\n", "\r\n") + "\r\n"`.
 *
 * @param value The value: null, booleans, finite numbers, bigints, strings, and
 * arrays and plain objects of these.
 * @param options The style.
 * @returns The text.
 * @throws {TypeError} If the value, or a part of it, cannot be said in JSON, or
 * there is no such style.
 *
 * @example What QEMU prints
 * ```ts
 * import { stringifyJson } from "@qmp/run-state";
 * import assert from "node:assert/strict";
 *
 * const info = { "psw-addr": 18364758544493064720n, type: "s390" };
 * assert.equal(
 *   stringifyJson({ action: "pause", info }, { style: "qemu" }),
 *   '{"action": "pause", "info": {"psw-addr": 18364758544493064720, "type": "s390"}}',
 * );
 * ```
 */
export function stringifyJson(
  value: unknown,
  options: StringifyOptions = {},
): string {
  const { colon, comma, indent, writeString, writeDouble } = styleNamed(
    options.style ?? "compact",
  );
  const open: Open[] = [];
  const inside = new Set<object>();

  function refuse(what: string): never {
    const path = open.map(({ keys, begun }) => keys?.[begun - 1] ?? begun - 1);
    const place = path.length === 0 ? "" : ` at "${shorten(path.join("."))}"`;
    throw new TypeError(`Cannot write ${what} as JSON${place}`);
  }

  function spell(text: string): string {
    if (plain.test(text)) return `"${text}"`;
    const refused = noCharacter.exec(text);
    return refused === null
      ? writeString(text)
      : refuse(`a string with ${codePointName(refused[0])}`);
  }

  function enter(container: object): void {
    if (inside.has(container)) refuse("an object that contains itself");
    const isList = Array.isArray(container);
    const prototype = isList ? null : Object.getPrototypeOf(container);
    // The prototype of plain objects, of whatever realm, has none itself.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      refuse(
        `an instance of ${shorten(prototype.constructor?.name || "class")}`,
      );
    }
    inside.add(container);
    const keys = isList ? undefined : Object.keys(container);
    const { length } = keys ?? container as unknown[];
    open.push({
      container: container as Open["container"],
      keys,
      length,
      begun: 0,
    });
  }

  function scalar(value: unknown): string {
    switch (typeof value) {
      case "string":
        return spell(value);
      case "number":
        return Number.isSafeInteger(value)
          ? String(value)
          : Number.isFinite(value)
          ? writeDouble(value)
          : refuse(String(value));
      case "bigint":
      case "boolean":
      case "object":
        return String(value);
      default:
        return refuse(value === undefined ? "undefined" : `a ${typeof value}`);
    }
  }

  // QEMU 7.2 breaks the line in empty containers too: `{`, then `}` on the next.
  const newLine = () => indent && "\n" + indent.repeat(open.length);

  let text = "";
  let next = value;
  for (;;) {
    if (typeof next === "object" && next !== null) {
      text += Array.isArray(next) ? "[" : "{";
      enter(next);
    } else {
      text += scalar(next);
    }
    let top = open.at(-1);
    while (top !== undefined && top.begun === top.length) {
      inside.delete(top.container);
      open.pop();
      text += newLine() + (top.keys === undefined ? "]" : "}");
      top = open.at(-1);
    }
    if (top === undefined) return text;
    if (top.begun > 0) text += comma;
    text += newLine();
    const index = top.begun++;
    const key = top.keys?.[index];
    if (key !== undefined) text += spell(key) + colon;
    next = top.container[key ?? index];
  }
}
