import {
  AnnouncementsToken,
  type Contributed,
  defineModule,
  formatAddress,
  type GrpcMethod,
  GrpcMethods,
  groupBySocket,
  HostStatusToken,
  type ListenerAddress,
  unknownListeners,
} from '@skein/core';
import { BootError } from '@skein/core/host';
import { CallMetrics } from './call-metrics.js';
import { GrpcServerConfig, type ListenerConfig } from './config.js';
import { GrpcAddressesToken } from './contract.js';
import { GrpcListener } from './grpc-listener.js';
import { healthMethods } from './health-service.js';
import type { MountedMethod } from './router.js';

const SETTING = 'modules.grpc-server.listeners';

/** gRPC listeners. Other modules contribute methods over raw bytes, and name the listener that shall carry them. */
export default defineModule({
  name: 'grpc-server',
  config: GrpcServerConfig,
  needs: { host: HostStatusToken, announcements: AnnouncementsToken },
  provides: [GrpcAddressesToken],
  owns: [GrpcMethods],
  activate(context) {
    const { services, clock, logger, meter } = context;
    const listeners = Object.entries(context.config.listeners) as ReadonlyArray<readonly [string, ListenerConfig]>;
    const addresses = new Map<string, ListenerAddress>();
    const sockets: GrpcListener[] = [];
    const metrics = new CallMetrics(meter);
    context.provide(GrpcAddressesToken, addresses);

    context.onReady(async () => {
      const groups = groupBySocket(listeners, ['token'], SETTING);
      const contributed = context.contributions(GrpcMethods);
      checkListeners(contributed, new Set(listeners.map(([name]) => name)));
      for (const group of groups) {
        const names = group.listeners.map(([name]) => name);
        const methods: readonly MountedMethod[] = [
          ...methodsOf(contributed, names).map((method) => ({ method, open: false })),
          ...healthMethods(names[0]!, services.host, clock).map((method) => ({ method, open: true })),
        ];
        const socket = new GrpcListener(group, methods, { logger, metrics, clock });
        context.own(socket);
        sockets.push(socket);
        const address = await socket.start();
        for (const name of names) addresses.set(name, address);
        services.announcements.announce('gRPC', formatAddress(address));
      }
    });
    context.onDrain(async (deadline) => {
      await Promise.all(sockets.map((socket) => socket.drain(deadline)));
    });
  },
});

function checkListeners(contributed: readonly Contributed<GrpcMethod>[], known: ReadonlySet<string>): void {
  const named = contributed.map(({ module, value }) => ({ module, listener: value.listener, what: `the gRPC method ${value.path}` }));
  const problems = unknownListeners(named, known, SETTING);
  if (problems.length > 0) throw new BootError(problems);
}

/** The methods of listeners that share a socket. Throws BootError when two listeners bring the same path. */
function methodsOf(contributed: readonly Contributed<GrpcMethod>[], names: readonly string[]): readonly GrpcMethod[] {
  const byPath = new Map<string, Contributed<GrpcMethod>>();
  for (const entry of contributed) {
    const { listener, path } = entry.value;
    if (!names.includes(listener)) continue;
    const other = byPath.get(path);
    if (other !== undefined) {
      throw new BootError([
        {
          subject: `${SETTING}.${listener}`,
          message: `shares its socket with ${other.value.listener}, and both carry ${path} (${other.module} and ${entry.module})`,
          fix: 'give one of them another port',
        },
      ]);
    }
    byPath.set(path, entry);
  }
  return [...byPath.values()].map(({ value }) => value);
}
