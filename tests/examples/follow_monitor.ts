/**
 * Follows a machine until its QEMU ends: a line a message, with where the
 * machine stands.
 *
 *     deno run --allow-read --allow-write --allow-net follow_monitor.ts /run/vm/qmp.sock
 *
 * @module
 */

import { editionFor, witness } from "@qmp/run-state/editions";
import { follow } from "@qmp/run-state/replay";

const [path] = Deno.args;
if (path === undefined) {
  console.error("Cannot follow nothing: no socket was given");
  Deno.exit(2);
}
const { readable, writable } = await Deno.connect({ transport: "unix", path });
const steps = follow(readable, writable, {
  edition: editionFor,
  witness: (greeting) => witness(editionFor(greeting).name),
});
for await (const batch of steps) {
  for (const { entry, states, isProven, findings } of batch) {
    const name = entry.name ?? entry.answers?.name ?? entry.kind ?? "nothing";
    console.log(`${name}: ${isProven ? states.join(" or ") : "unknown"}`);
    for (const { code, message } of [...entry.findings, ...findings]) {
      console.log(`  ${code}: ${message}`);
    }
  }
}
