import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defineModule } from '../api/module.js';
import { createStream } from '../api/tokens.js';
import { createHost } from '../host/skein-host.js';
import { MetricRegistry } from './metric-registry.js';

interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NUMBER = /^(NaN|[+-]Inf|[+-]?\d+(\.\d+)?(e[+-]?\d+)?)$/;

/** A strict reader of the text format 0.0.4; throws on anything that is not well formed. */
function parse(text: string): Map<string, { type: string; help: string; samples: ParsedSample[] }> {
  const families = new Map<string, { type: string; help: string; samples: ParsedSample[] }>();
  const seen = new Set<string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line must end');
  let current = '';
  let help = '';
  for (const line of lines) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (/\p{Cc}|\u2028|\u2029/u.test(line)) throw new Error(`a control character: ${line}`);
    if (comment?.[1] === 'HELP') {
      if (families.has(comment[2]!)) throw new Error(`${comment[2]} comes twice`);
      help = comment[3]!.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
    } else if (comment?.[1] === 'TYPE') {
      current = comment[2]!;
      families.set(current, { type: comment[3]!, help, samples: [] });
    } else {
      const sample = parseSample(line);
      const family = families.get(current)!;
      const base = family.type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name;
      if (base !== current) throw new Error(`${sample.name} is outside of its family`);
      const series = sample.name + JSON.stringify(Object.entries(sample.labels).sort());
      if (seen.has(series)) throw new Error(`twice: ${line}`);
      seen.add(series);
      family.samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string): ParsedSample {
  const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null || !NUMBER.test(match[3]!)) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  let rest = match[2] ?? '';
  while (rest !== '') {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/.exec(rest);
    if (label === null || Object.hasOwn(labels, label[1]!)) throw new Error(`bad labels: ${line}`);
    labels[label[1]!] = label[2]!.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
    rest = rest.slice(label[0].length);
  }
  return { name: match[1]!, labels, value: Number(match[3]!.replace('Inf', 'Infinity')) };
}

describe('self-metrics', () => {
  it('are written with their module, one family for all modules', () => {
    const registry = new MetricRegistry();
    registry.meter('a').counter('requests_total', 'Requests\nserved by \\path').add(2, { code: '200' });
    registry.meter('b').counter('requests_total', 'ignored').add(1);
    registry.meter('b').gauge('open', 'Open things', () => 3);
    expect(registry.text()).toBe(`# HELP skein_metrics_bad_values_total Values that a metric was given and cannot take
# TYPE skein_metrics_bad_values_total counter
skein_metrics_bad_values_total 0
# HELP skein_metrics_read_errors_total Metrics that could not be read
# TYPE skein_metrics_read_errors_total counter
skein_metrics_read_errors_total 0
# HELP skein_requests_total Requests\\nserved by \\\\path
# TYPE skein_requests_total counter
skein_requests_total{code="200",module="a"} 2
skein_requests_total{module="b"} 1
# HELP skein_open Open things
# TYPE skein_open gauge
skein_open{module="b"} 3
`);
  });

  it('have cumulative buckets', () => {
    const registry = new MetricRegistry();
    const histogram = registry.meter('a').histogram('seconds', 'Time', [1, 0.1, Number.POSITIVE_INFINITY]);
    for (const value of [0.1, 0.11, 5, Number.NaN]) histogram.record(value, { route: '/' });
    const { samples } = parse(registry.text()).get('skein_seconds')!;
    expect(samples.map(({ name, labels, value }) => [name, labels.le, value])).toEqual([
      ['skein_seconds_bucket', '0.1', 1],
      ['skein_seconds_bucket', '1', 2],
      ['skein_seconds_bucket', '+Inf', 3],
      ['skein_seconds_sum', undefined, 5.21],
      ['skein_seconds_count', undefined, 3],
    ]);
    expect(parse(registry.text()).get('skein_metrics_bad_values_total')!.samples[0]!.value).toBe(1);
  });

  it('tell apart 100 label sets and count the others as overflow', () => {
    const registry = new MetricRegistry();
    const counter = registry.meter('a').counter('calls_total', 'Calls');
    for (let n = 0; n < 150; n += 1) counter.add(1, { n: String(n) });
    counter.add(1, { n: '3' });
    registry.meter('a').gauge('sizes', 'Sizes', () => Array.from({ length: 150 }, (_, n) => [{ n: String(n) }, 1] as const));
    for (const [name, total] of [
      ['skein_calls_total', 151],
      ['skein_sizes', 150],
    ] as const) {
      const { samples } = parse(registry.text()).get(name)!;
      expect(samples).toHaveLength(101);
      expect(samples.find(({ labels }) => labels.overflow === 'true')?.value).toBe(50);
      expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(total);
    }
  });

  it('do without a metric that cannot be read, and count that', () => {
    const registry = new MetricRegistry();
    registry.meter('a').gauge('broken', 'Broken', () => {
      throw new Error('no');
    });
    registry.meter('a').gauge('whole', 'Whole', () => 1);
    registry.text();
    const families = parse(registry.text());
    expect(families.has('skein_broken')).toBe(false);
    expect(families.get('skein_whole')!.samples).toHaveLength(1);
    expect(families.get('skein_metrics_read_errors_total')!.samples[0]!.value).toBe(1);
  });

  it('refuse a bad name, another type for a name, and the same metric twice', () => {
    const meter = new MetricRegistry().meter('a');
    meter.counter('x_total', 'X');
    expect(() => meter.counter('bad-name', 'X')).toThrow('is not a metric name');
    expect(() => meter.counter('x_total', 'X')).toThrow('exists already');
    expect(() => meter.gauge('x_total', 'X', () => 1)).toThrow('is a counter already');
  });

  it('are well formed whatever labels, helps and values modules give', () => {
    const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom('module', 'le', 'overflow', '__proto__'));
    const labels = fc.dictionary(name, fc.string({ unit: 'binary', maxLength: 8 }), { maxKeys: 3 });
    const record = fc.record({ labels, value: fc.double(), kind: fc.constantFrom('counter', 'gauge', 'histogram') });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), fc.string({ unit: 'binary' }), (records, help) => {
        const registry = new MetricRegistry();
        const meter = registry.meter('quo"ted\\module');
        const counter = meter.counter('c_total', help);
        const histogram = meter.histogram('h', help, [0, 10]);
        const gauges = records.filter(({ kind }) => kind === 'gauge');
        meter.gauge('g', help, () => gauges.map((each) => [each.labels, each.value] as const));
        for (const each of records) {
          if (each.kind === 'counter') counter.add(each.value, each.labels);
          if (each.kind === 'histogram') histogram.record(each.value, each.labels);
        }
        const families = parse(registry.text());
        expect(families.get('skein_metrics_read_errors_total')!.samples[0]!.value).toBe(0);
        for (const { samples } of families.values()) {
          for (const { name, labels: written } of samples) if (name.startsWith('skein_c_')) expect(written.module).toBe('quo"ted\\module');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of a host hold process, state, and the books of every edge with reasons', async () => {
    const numbers = createStream<number>({ id: 'numbers' });
    const source = defineModule({
      name: 'source',
      publishes: { numbers },
      activate({ streams, onReady, health }) {
        onReady(async () => {
          streams.numbers.skip(2, 'malformed');
          await (await streams.numbers.publish([1, 2, 3])).handled;
          health.degraded('tired');
        });
      },
    });
    const sink = defineModule({
      name: 'sink',
      handles: [numbers],
      activate: ({ handle }) => handle(numbers, (batch) => batch.skip(1, 'too-old')),
    });
    const quiet = () => undefined;
    const host = createHost({
      modules: [{ definition: source }, { definition: sink }],
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
    await host.start();
    const families = parse(host.status.metrics());
    const edge = { stream: 'numbers', publisher: 'source' };
    const samples = (name: string) => families.get(name)!.samples.map(({ labels, value }) => [labels, value]);
    expect(samples('skein_stream_received_items_total')).toEqual([[edge, 5]]);
    expect(samples('skein_stream_handled_items_total')).toEqual([[edge, 2]]);
    expect(samples('skein_stream_skipped_items_total')).toEqual([
      [{ ...edge, reason: 'malformed' }, 2],
      [{ ...edge, reason: 'too-old' }, 1],
    ]);
    expect(samples('skein_host_state')).toContainEqual([{ state: 'ready' }, 1]);
    expect(samples('skein_module_degraded')).toEqual([[{ module: 'source' }, 1]]);
    expect(samples('process_resident_memory_bytes')[0]![1]).toBeGreaterThan(1_000_000);
    expect(families.get('nodejs_eventloop_delay_seconds')!.samples).toHaveLength(3);
    await host.stop();
    expect(parse(host.status.metrics()).get('skein_host_state')!.samples).toContainEqual(
      expect.objectContaining({ labels: { state: 'stopped' }, value: 1 }),
    );
  });
});
