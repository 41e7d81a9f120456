/**
 * The example of a script that follows a live monitor, run against a real QEMU
 * 7.2 and the npm package.
 *
 * @module
 */

import { assert } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { consumer, hasNode } from "../scripts/consumer.ts";
import { qemuVersion, withQemu } from "../scripts/qemu.ts";

const version = await qemuVersion("x86_64");
const fitting = version?.startsWith("7.2.") && await hasNode();
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  console.log(
    `SKIPPED: the live example needs npm, and QEMU 7.2 for x86_64; found ${
      version ?? "none"
    }`,
  );
}

Deno.test({
  name: "examples: a script of Deno follows a machine until its QEMU ends",
  ignore: !fitting && !required,
  async fn() {
    await using user = await consumer();
    const script = join(user.folder, "follow_monitor.ts");
    const examples = fileURLToPath(new URL("examples/", import.meta.url));
    await copyFile(join(examples, "follow_monitor.ts"), script);
    const args = [
      ...["-no-shutdown", "-mon", "chardev=follow,mode=control"],
      ...["-chardev", "socket,id=follow,path=f.sock,server=on,wait=off"],
    ];
    let said = "";
    const until = async (line: string) => {
      const signal = AbortSignal.timeout(120_000);
      while (!said.includes(line)) {
        await once(child.stdout, "data", { signal })
          .catch(() => assert.fail(`it did not say "${line}" but:\n${said}`));
      }
    };
    let child!: ReturnType<typeof follower>;
    const follower = (socket: string) =>
      spawn(Deno.execPath(), [
        ...["run", "--allow-read", "--allow-write", "--allow-net", "--check"],
        ...["--no-lock", "--node-modules-dir=manual", script, socket],
      ], { cwd: user.folder, stdio: ["ignore", "pipe", "inherit"] });
    const code = await withQemu({ args }, async ({ dir, monitor }) => {
      child = follower(join(dir, "f.sock"));
      child.stdout.setEncoding("utf8").on("data", (text) => said += text);
      // By then all that it said has come, which it has not by "exit".
      const ended = once(child, "close");
      await until("query-status: running\n");
      await monitor.execute("qmp_capabilities");
      await monitor.execute("stop");
      // By another client, so that the reason is not known here.
      await until("STOP: ");
      await monitor.execute("cont");
      await until("RESUME: running\n");
      monitor.send('{"execute": "quit"}\n');
      const [code] = await ended;
      return code;
    });
    assert.equal(code, 0);
    assert.include(said, "UNHEARD: Ask for the run state");
    assert.match(said, /\nSHUTDOWN: \S+/);
  },
});
