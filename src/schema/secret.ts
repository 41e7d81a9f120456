/**
 * Which commands carry secrets.
 *
 * @module
 */

const secretive: ReadonlySet<string> = new Set([
  "set-password",
  "expire-password",
  "change-vnc-password",
  "change",
  "block-passwd",
  "object-add",
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
  return /passw|secret/i.test(name);
}
