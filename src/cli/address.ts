/**
 * Where a monitor listens.
 *
 * @module
 */

import { quote } from "../wire/quote.ts";
import { UsageError } from "./arguments.ts";
import type { TcpAddress } from "./host.ts";

/**
 * Tells a TCP address from a path.
 *
 * @param place What was given, such as `localhost:4444` or `[::1]:4444`.
 * @returns The address; undefined where it is a path.
 * @throws {UsageError} Where its port is none.
 */
export function tcpAddress(place: string): TcpAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^/:]+)):(\d{1,5})$/.exec(place);
  const [, address, name, port] = match ?? [];
  const host = address ?? name;
  if (host === undefined) return undefined;
  const number = Number(port);
  if (number >= 1 && number <= 65535) return { host, port: number };
  throw new UsageError(
    `Cannot reach ${quote(place)}: a port is a number from 1 to 65535`,
  );
}

/**
 * Tells whether nobody but this machine reaches an address.
 *
 * @param address The address.
 * @returns Whether it is the loopback's.
 */
export function isLoopback({ host }: TcpAddress): boolean {
  return host === "localhost" || host === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(host);
}
