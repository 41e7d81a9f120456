/**
 * Numbers, every integer to its last digit.
 *
 * @module
 */

import type { TextCursor } from "./text_cursor.ts";

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;

/** How many characters a number may have: a bigint of a million digits takes seconds to read. */
const longest = 4096;

/** Its digits may be somebody's password. */
const subject = "the number";

/**
 * Reads a number.
 *
 * @param cursor Where it begins; afterwards past it.
 * @returns The number, a bigint where it is an integer beyond ±(2^53-1);
 * undefined where there is none, and the cursor has the fault then.
 */
export function readNumber(cursor: TextCursor): number | bigint | undefined {
  const { units, at: from } = cursor;
  const negative = units[from] === MINUS;
  const first = negative ? from + 1 : from;
  let at = first;
  let number = 0;
  let digit = units[at]! - ZERO;
  while (digit >= 0 && digit <= 9) {
    number = number * 10 + digit;
    digit = units[++at]! - ZERO;
  }
  const length = at - first;
  // A double counts fifteen digits exactly.
  if (
    length === 0 || length > 15 || length > 1 && units[first] === ZERO ||
    units[at] === POINT || isExponent(units[at]!)
  ) return readLongNumber(cursor);
  cursor.at = at;
  // QEMU 7.2 reads -0 as an integer, and prints 0.
  return negative && number !== 0 ? -number : number;
}

/** Tells "e" and "E", which differ in one bit. */
function isExponent(unit: number): boolean {
  return (unit | 0x20) === 0x65;
}

function readLongNumber(cursor: TextCursor): number | bigint | undefined {
  const { text, units, at: from } = cursor;
  const first = units[from] === MINUS ? from + 1 : from;
  const whole = endOfDigits(cursor, first);
  if (whole === undefined) return undefined;
  if (units[first] === ZERO && whole > first + 1) {
    const about = "a number without leading zeros";
    cursor.fault = { code: "NOT_JSON", at: first, about };
    return undefined;
  }
  let end: number | undefined = whole;
  if (units[end] === POINT) {
    end = endOfDigits(cursor, end + 1);
    if (end === undefined) return undefined;
  }
  // QEMU 7.2 refuses an exponent right after 0, which RFC 8259 allows.
  if (isExponent(units[end]!)) {
    const sign = units[end + 1];
    end = endOfDigits(
      cursor,
      sign === PLUS || sign === MINUS ? end + 2 : end + 1,
    );
    if (end === undefined) return undefined;
  }
  if (end - from > longest) {
    const about = `a number may have ${longest} characters`;
    cursor.fault = { code: "TOO_LARGE", at: from, subject, about };
    return undefined;
  }
  cursor.at = end;
  const spelling = text.slice(from, end);
  if (end === whole) return asNumber(BigInt(spelling));
  const double = Number(spelling);
  if (Number.isFinite(double)) {
    const value = integerSpelt(spelling) ?? double;
    // A double may have come out whole where the spelling was not: 1e-999, 2.5e-324.
    cursor.spelt = typeof value === "bigint" || Number.isInteger(value);
    return value;
  }
  // QEMU 7.2 reads infinity and prints that as `inf`, which is no JSON.
  const about = "it is more than a double can hold";
  cursor.fault = { code: "OUT_OF_RANGE", at: from, subject, about };
  return undefined;
}

function endOfDigits(cursor: TextCursor, from: number): number | undefined {
  const { units } = cursor;
  let at = from;
  while (units[at]! >= ZERO && units[at]! <= ZERO + 9) at++;
  if (at > from) return at;
  cursor.fault = { code: "NOT_JSON", at, about: "a digit" };
  return undefined;
}

function asNumber(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** The integer that a number with fraction or exponent comes to, if it is one. */
function integerSpelt(spelling: string): number | bigint | undefined {
  const [mantissa, exponent = "0"] = spelling.split(/e/i) as [string, string?];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
  const significant = BigInt(whole + fraction);
  if (significant === 0n) return 0;
  const shift = Number(exponent) - fraction.length;
  // Bounded, since what exceeds a double was refused before.
  if (shift >= 0) return asNumber(significant * 10n ** BigInt(shift));
  if (-shift > spelling.length) return undefined;
  const divisor = 10n ** BigInt(-shift);
  return significant % divisor === 0n
    ? asNumber(significant / divisor)
    : undefined;
}
