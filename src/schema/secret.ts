/**
 * Which commands carry secrets, and which of their members.
 *
 * @module
 */

import { isObject, type JsonValue } from "../wire/json.ts";

const secretive: ReadonlySet<string> = new Set([
  "set-password",
  "expire-password",
  "change-vnc-password",
  "change",
  "block-passwd",
  "object-add",
  // Since QEMU 10.1: it gives all that objects have, a secret's content too.
  "qom-list-get",
  "human-monitor-command",
]);

/**
 * Tells whether a command may carry a secret: then neither its arguments nor
 * what QEMU answers, which may quote them, is for anybody's eyes. A name that
 * is misspelt, or another server's, may stand before a password too.
 *
 * @param command The command's name.
 * @returns Whether it may.
 */
export function isSecretive(command: string | undefined): boolean {
  const plain = command?.toLowerCase().replaceAll("_", "-") ?? "";
  return secretive.has(plain) || namesSecret(plain);
}

/**
 * Tells whether a name speaks of a secret.
 *
 * @param name The name of a command or a member.
 * @returns Whether it does.
 */
export function namesSecret(name: string): boolean {
  return /passw|secret|cookie/i.test(name);
}

/**
 * Tells whether a command reaches for the content of a secret object, which
 * QEMU 7.2 gives to `qom-get` in clear.
 *
 * @param given The command's arguments.
 * @returns Whether it does; then it counts as one that may carry a secret.
 */
export function reachesSecret(given: JsonValue | undefined): boolean {
  const property = isObject(given) ? given["property"] : undefined;
  return typeof property === "string" &&
    (property === "data" || namesSecret(property));
}

/**
 * Tells whether a member is kept back for its name.
 *
 * @param key The name.
 * @param member Its value; yes and no are no secrets.
 * @returns Whether it is.
 */
export function hidesMember(key: string, member: JsonValue): boolean {
  return member !== null && typeof member !== "boolean" &&
    (namesSecret(key) || key === "command-line");
}

/** What logs in at an address: `me:password@` in a URL, `me%password@` for iSCSI. */
const login = /:\/\/[^/?#\s]*[:%][^/?#\s]*@/;

/**
 * Tells whether a text holds a secret beside other things.
 *
 * @param text The text, such as `json:{"password": …}` or `https://me:…@host/`.
 * @returns Whether it does.
 */
export function tellsSecret(text: string): boolean {
  return namesSecret(text) && /[=:]/.test(text) || login.test(text);
}
