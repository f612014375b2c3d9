import type { HostStatus, HttpReply, HttpRoute } from '@skein/core';

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

const answer = (ok: boolean, text: string): HttpReply => ({ status: ok ? 200 : 503, headers: TEXT, body: `${text}\n` });

/**
 * What every listener answers by itself. `/livez`: the process runs. `/readyz`: every module is ready, and the host does not drain.
 * `/healthcheck`: ready, and no module is degraded. `/metrics`: self-metrics as Prometheus text.
 */
export function builtInRoutes(listener: string, host: HostStatus): readonly HttpRoute[] {
  const routes: ReadonlyArray<readonly [path: string, handle: () => HttpReply]> = [
    ['/livez', () => answer(true, 'ok')],
    ['/readyz', () => answer(host.state === 'ready', host.state)],
    ['/healthcheck', () => health(host)],
    ['/metrics', () => ({ status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: host.metrics() })],
  ];
  return routes.flatMap(([path, handle]) => (['GET', 'HEAD'] as const).map((method) => ({ listener, method, path, handle })));
}

/** The paths that never ask for a token: probes cannot send one. */
export const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthcheck']);

function health(host: HostStatus): HttpReply {
  const degraded = host.degraded();
  const state = host.state === 'ready' && degraded.length > 0 ? 'degraded' : host.state;
  const lines = [state, ...degraded.map(({ module, reason }) => `${module}: ${reason}`)];
  return answer(state === 'ready', lines.join('\n'));
}
