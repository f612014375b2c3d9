/** From which latency on, ms, an access of a kind counts as slow; the key `default` is for kinds not named. */
export type Thresholds = Readonly<Record<string, number>>;

/** The text form `default:200,mongodb:100`. */
export const THRESHOLDS_TEXT = '^\\s*[^:,\\s]+\\s*:\\s*\\d{1,9}\\s*(,\\s*[^:,\\s]+\\s*:\\s*\\d{1,9}\\s*)*$';

/** Looks thresholds up by kind, in lower case. */
export class SlowThresholds {
  private readonly byKind: ReadonlyMap<string, number>;

  constructor(settings: Thresholds | string) {
    const entries = typeof settings === 'string' ? pairs(settings) : Object.entries(settings);
    this.byKind = new Map(entries.map(([kind, ms]) => [kind.toLowerCase(), ms]));
  }

  /** Strictly above the threshold; never slow where there is none. */
  isSlow(kind: string, latency: number): boolean {
    const threshold = this.byKind.get(kind.toLowerCase()) ?? this.byKind.get('default');
    return threshold !== undefined && latency > threshold;
  }
}

const pairs = (text: string): Array<[kind: string, ms: number]> =>
  text.split(',').map((pair) => {
    const [kind = '', ms = ''] = pair.split(':');
    return [kind.trim(), Number(ms)];
  });
