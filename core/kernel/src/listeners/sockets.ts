import type { AddressInfo, Server } from 'node:net';
import { BootError, type Problem } from '../host/types.js';

/** Where a listener is reachable. `port` is the real one, also when 0 was configured. */
export interface ListenerAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:11800`, `[::1]:11800`. */
export const formatAddress = ({ host, port }: ListenerAddress): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

const REASONS: Readonly<Record<string, { readonly reason: string; readonly fix: (setting: string) => string }>> = {
  EADDRINUSE: {
    reason: 'address already in use',
    fix: (setting) => `stop what listens there, or set another ${setting}.port (0 picks a free one)`,
  },
  EACCES: { reason: 'permission denied', fix: (setting) => `set ${setting}.port to 1024 or above, or grant the right to bind low ports` },
  EADDRNOTAVAIL: { reason: 'this machine has no such address', fix: (setting) => `set ${setting}.host to an address of this machine` },
  ENOTFOUND: { reason: 'the host name is unknown', fix: (setting) => `set ${setting}.host to an address or a name that resolves` },
};

/**
 * Binds a server. `setting` is the listener's place in the configuration, `modules.grpc-server.listeners.grpc`.
 * Throws BootError that says what to change.
 */
export function listen(server: Server, at: ListenerAddress, setting: string): Promise<ListenerAddress> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(new BootError([bindProblem(error, at, setting)], { cause: error }));
    server.once('error', failed);
    server.listen({ host: at.host, port: at.port }, () => {
      server.off('error', failed);
      const { address, port } = server.address() as AddressInfo;
      resolve({ host: address, port });
    });
  });
}

function bindProblem(error: NodeJS.ErrnoException, at: ListenerAddress, setting: string): Problem {
  const known = REASONS[error.code ?? ''];
  return {
    subject: setting,
    message: `could not listen on ${formatAddress(at)}: ${known?.reason ?? error.message}`,
    ...(known && { fix: known.fix(setting) }),
  };
}

/** Listeners that share one socket; the settings of the socket are those of the first. */
export interface SocketGroup<L> {
  readonly listeners: ReadonlyArray<readonly [name: string, config: L]>;
}

/**
 * Puts listeners with one address on one socket. They must agree in everything but what belongs to a listener alone (`own`),
 * such as its token. Port 0 is never shared. Throws BootError naming both listeners and the setting in which they differ.
 */
export function groupBySocket<L extends ListenerAddress>(
  listeners: Iterable<readonly [name: string, config: L]>,
  own: ReadonlyArray<keyof L>,
  setting: string,
): readonly SocketGroup<L>[] {
  const groups = new Map<string, Array<readonly [string, L]>>();
  const problems: Problem[] = [];
  let free = 0;
  for (const entry of listeners) {
    const [name, config] = entry;
    const key = config.port === 0 ? `free ${free++}` : formatAddress(config);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [entry]);
      continue;
    }
    const [first, shared] = group[0]!;
    const keys = new Set([...Object.keys(shared), ...Object.keys(config)] as Array<keyof L>);
    const different = [...keys].find((k) => !own.includes(k) && JSON.stringify(shared[k]) !== JSON.stringify(config[k]));
    if (different === undefined) group.push(entry);
    else {
      problems.push({
        subject: `${setting}.${name}.${String(different)}`,
        message: `differs from that of listener ${first}, which has the same address ${formatAddress(config)} and so the same socket`,
        fix: `give both the same ${String(different)}, or another port`,
      });
    }
  }
  if (problems.length > 0) throw new BootError(problems);
  return [...groups.values()].map((entries) => ({ listeners: entries }));
}

/** One problem for each contributed value that names a listener which is not configured. */
export function unknownListeners(
  values: Iterable<{ readonly module: string; readonly listener: string; readonly what: string }>,
  known: ReadonlySet<string>,
  setting: string,
): readonly Problem[] {
  const missing = new Map<string, Problem>();
  for (const { module, listener, what } of values) {
    if (known.has(listener)) continue;
    const key = `${module} ${listener}`;
    if (missing.has(key)) continue;
    missing.set(key, {
      subject: `${setting}.${listener}`,
      message: `is not configured, but ${module} contributes ${what} to it`,
      fix: `configure it (at least its port), or let ${module} name one of: ${[...known].join(', ')}`,
    });
  }
  return [...missing.values()];
}
