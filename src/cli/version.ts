/**
 * Which version of the package this is.
 *
 * @module
 */

/** The version in `deno.json`; a test compares them. */
export const version = "0.1.0";
