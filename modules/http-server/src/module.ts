import {
  AnnouncementsToken,
  type Contributed,
  defineModule,
  formatAddress,
  groupBySocket,
  HostStatusToken,
  type HttpRoute,
  HttpRoutes,
  type ListenerAddress,
  tokenMatcher,
  unknownListeners,
} from '@skein/core';
import { BootError } from '@skein/core/host';
import { builtInRoutes, OPEN_PATHS } from './built-in-routes.js';
import { HttpServerConfig, type ListenerConfig } from './config.js';
import { HttpAddressesToken } from './contract.js';
import { CrossOrigin } from './cross-origin.js';
import { HttpListener } from './http-listener.js';
import { RequestMetrics } from './request-metrics.js';
import type { MountedRoute } from './routed-app.js';

const SETTING = 'modules.http-server.listeners';

type NamedListener = readonly [name: string, config: ListenerConfig];

/** The listener that is always open, for health and self-metrics. */
const ALWAYS = 'rest';

/**
 * HTTP listeners. Other modules contribute routes, and name the listener that shall carry them; health and self-metrics are on each. A
 * listener on which no module has a route stays closed, so that the configuration may name the ports of modules that are switched off.
 */
export default defineModule({
  name: 'http-server',
  config: HttpServerConfig,
  needs: { host: HostStatusToken, announcements: AnnouncementsToken },
  provides: [HttpAddressesToken],
  owns: [HttpRoutes],
  activate(context) {
    const { services, clock, logger, meter } = context;
    const listeners = Object.entries(context.config.listeners) as readonly NamedListener[];
    const addresses = new Map<string, ListenerAddress>();
    const sockets: HttpListener[] = [];
    const metrics = new RequestMetrics(meter);
    context.provide(HttpAddressesToken, addresses);

    context.onReady(async () => {
      const contributed = context.contributions(HttpRoutes);
      checkListeners(contributed, new Set(listeners.map(([name]) => name)));
      const used = new Set(contributed.map(({ value }) => value.listener));
      const open = listeners.filter(([name]) => name === ALWAYS || used.has(name));
      const groups = groupBySocket(open, ['token', 'contextPath', 'cors'], SETTING);
      const builtIn = open.flatMap(([name]) => builtInRoutes(name, services.host).map((value) => ({ module: 'http-server', value })));
      const routes = [...builtIn, ...contributed];
      for (const group of groups) {
        const [first, config] = group.listeners[0]!;
        const socket = new HttpListener(config, `${SETTING}.${first}`, mount(routes, group.listeners), { logger, metrics, clock });
        context.own(socket);
        sockets.push(socket);
        const address = await socket.start();
        for (const [name] of group.listeners) addresses.set(name, address);
        services.announcements.announce('HTTP', `${config.tls === undefined ? 'http' : 'https'}://${formatAddress(address)}`);
      }
    });
    context.onDrain(async (deadline) => {
      await Promise.all(sockets.map((socket) => socket.drain(deadline)));
    });
  },
});

function checkListeners(routes: readonly Contributed<HttpRoute>[], known: ReadonlySet<string>): void {
  const named = routes.map(({ module, value }) => ({
    module,
    listener: value.listener,
    what: `the HTTP route ${value.method} ${value.path}`,
  }));
  const problems = unknownListeners(named, known, SETTING);
  if (problems.length > 0) throw new BootError(problems);
}

/**
 * The routes of listeners that share a socket, at their full paths. Built-in routes that two listeners bring to one path are the same.
 * Throws BootError when two contributed ones meet, or one meets a built-in path.
 */
function mount(routes: readonly Contributed<HttpRoute>[], listeners: readonly NamedListener[]): readonly MountedRoute[] {
  const mounted = new Map<string, Contributed<MountedRoute>>();
  for (const [name, { contextPath, token, cors }] of listeners) {
    const tokenMatches = token === undefined ? undefined : tokenMatcher(token);
    const crossOrigin = new CrossOrigin(cors);
    for (const { module, value: route } of routes) {
      if (route.listener !== name) continue;
      const fullPath = contextPath.replace(/\/+$/, '') + route.path;
      const key = `${route.method} ${fullPath}`;
      const other = mounted.get(key);
      if (other === undefined) {
        const isOpen = module === 'http-server' && OPEN_PATHS.has(route.path);
        mounted.set(key, {
          module,
          value: {
            route,
            fullPath,
            tokenMatches: isOpen ? undefined : tokenMatches,
            crossOrigin: crossOrigin.covers(route.path) ? crossOrigin : undefined,
          },
        });
      } else if (other.module !== 'http-server' || module !== 'http-server') {
        throw new BootError([
          {
            subject: `${SETTING}.${name}`,
            message: `carries ${key} twice: from ${other.module} and from ${module}`,
            fix: 'give one of the listeners another port or contextPath, or switch one of the modules off',
          },
        ]);
      }
    }
  }
  return [...mounted.values()].map(({ value }) => value);
}
