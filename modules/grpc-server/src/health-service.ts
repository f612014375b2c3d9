import type { Clock, GrpcMethod, HostStatus } from '@skein/core';

/** `grpc.health.v1.HealthCheckResponse { status }` on the wire: field 1, varint. */
const response = (status: number): Uint8Array => Uint8Array.of(8, status);
const SERVING = 1;
const NOT_SERVING = 2;

/** How often a watched state is compared. The host offers no event for `ready`. */
const WATCH_INTERVAL_MS = 500;

const stateOf = (host: HostStatus): number => (host.state === 'ready' && !host.draining.aborted ? SERVING : NOT_SERVING);

/**
 * The standard health service, for one listener. Every service name gets the same answer: SERVING while the host is ready. A degraded module
 * does not change it: agents must keep sending, since their data is refused or taken call by call.
 */
export function healthMethods(listener: string, host: HostStatus, clock: Clock): readonly GrpcMethod[] {
  return [
    { listener, path: '/grpc.health.v1.Health/Check', kind: 'unary', handle: () => response(stateOf(host)) },
    { listener, path: '/grpc.health.v1.Health/Watch', kind: 'bidi', handle: (_requests, { signal }) => watch(host, clock, signal) },
  ];
}

/** The state now, and then each change, until the client leaves or the host drains. */
async function* watch(host: HostStatus, clock: Clock, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let last = 0;
  while (!signal.aborted) {
    const state = stateOf(host);
    if (state !== last) yield response(state);
    last = state;
    if (host.draining.aborted) return;
    await pause(clock, [signal, host.draining]);
  }
}

function pause(clock: Clock, signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer[Symbol.dispose]();
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimeout(done, WATCH_INTERVAL_MS);
    for (const signal of signals) signal.addEventListener('abort', done);
  });
}
