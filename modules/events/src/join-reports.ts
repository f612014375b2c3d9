import type { Row } from '@skein/telemetry/storage';

/** An event as it is shown. Times are ms since the epoch; an end of 0: it goes on, or nobody told. */
export interface Event {
  readonly uuid: string;
  readonly source: { readonly service: string; readonly serviceInstance: string; readonly endpoint: string };
  readonly name: string;
  readonly type: 'Normal' | 'Error';
  readonly message: string;
  readonly parameters: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  readonly startTime: number;
  readonly endTime: number;
  readonly layer: string;
}

/**
 * Joins the reports of one event, of which there is at least one: the earliest start and the latest end that were told, Error if one of them says
 * so, all parameters, and otherwise what the latest report says. The order in which they come makes no difference.
 */
export function joinReports(reports: readonly Row[]): Event {
  const ordered = [...reports].sort(byTime);
  const latest = (field: string): string => {
    for (let i = ordered.length - 1; i >= 0; i--) {
      const value = ordered[i]![field];
      if (typeof value === 'string' && value !== '') return value;
    }
    return '';
  };
  const starts = ordered.map((r) => Number(r.startTime ?? 0)).filter((time) => time > 0);
  return {
    uuid: latest('uuid'),
    source: { service: latest('service'), serviceInstance: latest('instance'), endpoint: latest('endpoint') },
    name: latest('name'),
    type: ordered.some((r) => r.type === 'Error') ? 'Error' : 'Normal',
    message: latest('message'),
    parameters: parametersOf(ordered),
    startTime: starts.length === 0 ? 0 : Math.min(...starts),
    endTime: Math.max(...ordered.map((r) => Number(r.endTime ?? 0))),
    layer: latest('layer'),
  };
}

/** A report that tells the end is later than one that does not. */
const byTime = (a: Row, b: Row): number =>
  Number(a.endTime ?? 0) - Number(b.endTime ?? 0) ||
  Number(a.timestamp ?? 0) - Number(b.timestamp ?? 0) ||
  compare(String(a.id ?? ''), String(b.id ?? ''));
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function parametersOf(reports: readonly Row[]): Event['parameters'] {
  const all = new Map<string, string>();
  for (const { parameters } of reports) {
    for (const [key, value] of Object.entries(JSON.parse(String(parameters ?? '{}')) as Record<string, string>)) all.set(key, value);
  }
  return Array.from(all, ([key, value]) => ({ key, value }));
}
