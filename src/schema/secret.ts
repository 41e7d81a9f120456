/**
 * Which commands carry secrets.
 *
 * @module
 */

const secretive: ReadonlySet<string | undefined> = new Set([
  "set_password",
  "expire_password",
  "object-add",
  "human-monitor-command",
]);

/**
 * Tells whether a command may carry a secret: then neither its arguments nor
 * what QEMU answers, which may quote them, is for anybody's eyes.
 *
 * @param command The command's name.
 * @returns Whether it may.
 */
export function isSecretive(command: string | undefined): boolean {
  return secretive.has(command);
}
