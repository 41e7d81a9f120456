/**
 * Where a monitor listens.
 *
 * @module
 */

import type { TcpAddress } from "./host.ts";

/**
 * Tells a TCP address from a path.
 *
 * @param place What was given, such as `localhost:4444` or `[::1]:4444`.
 * @returns The address; undefined where it is a path.
 */
export function tcpAddress(place: string): TcpAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^/:]+)):(\d{1,5})$/.exec(place);
  const [, address, name, port] = match ?? [];
  const host = address ?? name;
  return host === undefined ? undefined : { host, port: Number(port) };
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
