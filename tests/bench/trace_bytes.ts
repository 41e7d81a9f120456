/**
 * A trace for measuring with: QEMU's exact style, made anew each time from a
 * fixed seed.
 *
 * @module
 */

/** Numbers from 0 to below 2^32, the same ones for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/**
 * Makes a raw monitor stream: about two thirds run-state events, an eleventh of
 * them panics with registers beyond 2^53, a seventh replies, a fifth foreign
 * events.
 *
 * @param lines How many lines.
 * @returns The bytes, each line ending CRLF as QEMU ends it.
 */
export function traceBytes(lines: number): Uint8Array {
  const random = randomNumbers(20201211);
  const one = <T>(choices: readonly T[]): T =>
    choices[random() % choices.length]!;
  const uint64 = () =>
    (BigInt(random()) << 32n | BigInt(random()) | 1n << 60n).toString();
  let seconds = 1_700_000_000;
  const event = (name: string, data?: string) => {
    seconds += random() % 3;
    return `{"timestamp": {"seconds": ${seconds}, "microseconds": ${
      random() % 1_000_000
    }}, "event": "${name}"${data === undefined ? "" : `, "data": ${data}`}}`;
  };
  const plain = ["STOP", "RESUME", "POWERDOWN", "SUSPEND", "WAKEUP"] as const;
  const actions = ["reset", "shutdown", "pause", "none", "inject-nmi"] as const;
  const runState: (() => string)[] = [
    () => event(one(plain)),
    () => event(one(plain)),
    () => event("SHUTDOWN", '{"guest": true, "reason": "guest-shutdown"}'),
    () => event("SHUTDOWN", '{"guest": false, "reason": "host-signal"}'),
    () => event("RESET", '{"guest": true, "reason": "guest-reset"}'),
    () => event("RESET", '{"guest": false, "reason": "host-qmp-system-reset"}'),
    () => event("WATCHDOG", `{"action": "${one(actions)}"}`),
    () => event("WATCHDOG", `{"action": "${one(actions)}"}`),
    () => event("GUEST_CRASHLOADED", '{"action": "run"}'),
    () =>
      event(
        "MEMORY_FAILURE",
        '{"flags": {"recursive": false, "action-required": true}, "recipient": "guest", "action": "inject"}',
      ),
    () =>
      event(
        "GUEST_PANICKED",
        random() % 2 === 0
          ? `{"action": "pause", "info": {"core": ${
            random() % 64
          }, "psw-addr": ${uint64()}, "reason": "disabled-wait", "psw-mask": ${uint64()}, "type": "s390"}}`
          : `{"action": "pause", "info": {"arg5": 0, "arg4": ${uint64()}, "arg3": ${uint64()}, "arg2": ${uint64()}, "arg1": ${
            random() % 512
          }, "type": "hyper-v"}}`,
      ),
  ];
  const foreign: (() => string)[] = [
    () =>
      event(
        "RTC_CHANGE",
        `{"offset": ${
          random() % 100
        }, "qom-path": "/machine/unattached/device[7]/rtc"}`,
      ),
    () =>
      event(
        "NIC_RX_FILTER_CHANGED",
        '{"name": "net0", "path": "/machine/peripheral/net0/virtio-backend"}',
      ),
    () =>
      event(
        "BLOCK_JOB_COMPLETED",
        `{"device": "drive0", "len": ${random()}, "offset": ${random()}, "speed": 0, "type": "stream"}`,
      ),
  ];
  let id = 0;
  const reply = () =>
    `{"return": {"status": "running", "singlestep": false, "running": true}, "id": "libvirt-${++id}"}`;
  const text: string[] = [];
  for (let line = 0; line < lines; line++) {
    const draw = random() % 100;
    text.push(
      draw < 66 ? one(runState)() : draw < 80 ? reply() : one(foreign)(),
    );
  }
  return new TextEncoder().encode(text.join("\r\n") + "\r\n");
}
