/** From which latency on, ms, an access of a kind counts as slow; the key `default` is for kinds not named. */
export type Thresholds = Readonly<Record<string, number>>;

/** Kinds whose threshold is remembered: the first ones that came, of which there are a few dozen. */
const MOST_KINDS = 200;
const LONGEST_KIND = 64;

/** The text form `default:200,mongodb:100`. */
export const THRESHOLDS_TEXT = '^\\s*[^:,\\s]+\\s*:\\s*\\d{1,9}\\s*(,\\s*[^:,\\s]+\\s*:\\s*\\d{1,9}\\s*)*$';

/** Looks thresholds up by kind, in lower case. */
export class SlowThresholds {
  /** By kind as it came, so that the few there are need not be changed to lower case each time. */
  private readonly known = new Map<string, number>();
  private readonly byKind: ReadonlyMap<string, number>;

  constructor(settings: Thresholds | string) {
    const entries = typeof settings === 'string' ? pairs(settings) : Object.entries(settings);
    this.byKind = new Map(entries.map(([kind, ms]) => [kind.toLowerCase(), ms]));
  }

  /** Strictly above the threshold; never slow where there is none. */
  isSlow(kind: string, latency: number): boolean {
    return latency > (this.known.get(kind) ?? this.look(kind));
  }

  private look(kind: string): number {
    const threshold = this.byKind.get(kind.toLowerCase()) ?? this.byKind.get('default') ?? Number.POSITIVE_INFINITY;
    if (this.known.size < MOST_KINDS && kind.length <= LONGEST_KIND) this.known.set(kind, threshold);
    return threshold;
  }
}

const pairs = (text: string): Array<[kind: string, ms: number]> =>
  text.split(',').map((pair) => {
    const [kind = '', ms = ''] = pair.split(':');
    return [kind.trim(), Number(ms)];
  });
