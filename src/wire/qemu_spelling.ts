/**
 * How QEMU spells strings and doubles. All of it was seen in the `id` that QEMU
 * 7.2 echoes on `-qmp stdio`.
 *
 * @module
 */

/**
 * Spells a string: what is not printable ASCII as `\uXXXX` in capitals (U+007F
 * and U+0000 too, pairs beyond U+FFFF), the solidus and the apostrophe bare.
 *
 * @param text A string without lone surrogates.
 * @returns The string as QEMU prints it, quotes included.
 */
export function qemuString(text: string): string {
  return '"' + text.replace(/[^ !#-[\]-~]/g, escape) + '"';
}

function escape(unit: string): string {
  // The seven escapes of a letter or sign are those of JSON.stringify.
  const short = JSON.stringify(unit).slice(1, -1);
  const digits = unit.charCodeAt(0).toString(16).toUpperCase();
  return short.length === 2 ? short : "\\u" + digits.padStart(4, "0");
}

/**
 * Spells a double as C's `%.17g` does, which QEMU uses since 6.0 (before, `%f`
 * without the zeros at its end).
 *
 * @param double A finite number.
 * @returns The number as QEMU prints it.
 */
export function qemuDouble(double: number): string {
  const [mantissa, power] = roundToEven(double);
  const exponent = Number(power);
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace(/\D/g, "");
  if (exponent < -4 || exponent >= digits.length) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    const places = withoutZeros(`${digits[0]}.${digits.slice(1)}`);
    return `${sign}${places}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) {
    return sign + withoutZeros("0." + "0".repeat(-1 - exponent) + digits);
  }
  const point = exponent + 1;
  return sign +
    withoutZeros(`${digits.slice(0, point)}.${digits.slice(point)}`);
}

/**
 * 17 digits and a power of ten. Where the double lies in the middle between two
 * of these, C takes the even one and `toExponential` the larger: QEMU prints
 * 1.00000762939453125 as 1.0000076293945312.
 */
function roundToEven(double: number): [mantissa: string, power: string] {
  const [rounded, power] = double.toExponential(16).split("e");
  // As many digits as can be had: beyond 18, no double has 83 zeros and then more.
  const exact = double.toExponential(100).split("e")[0]!;
  const middle = /^(-?\d\.\d{15}[02468])50*$/.exec(exact);
  return [middle?.[1] ?? rounded!, power!];
}

function withoutZeros(decimal: string): string {
  return decimal.replace(/\.?0*$/, "");
}
