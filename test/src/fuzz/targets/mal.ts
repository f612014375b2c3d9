import { CounterWindows, compileMal, MalRuntimeError, SampleFamilies } from '@skein/telemetry/mal';
import type { FuzzTarget } from '../target.js';

const T0 = Date.UTC(2024, 0, 2, 3, 4);
const SAMPLES = ['x', 'y', 'cpu_seconds'].flatMap((name, i) =>
  ['1', '2'].map((k) => ({
    name,
    labels: new Map([
      ['s', 'a'],
      ['i', 'web-12:80'],
      ['k', k],
      ['le', `${i}.5`],
    ]),
    value: i + 1,
    timestamp: T0,
  })),
);

/** A rule file as lines: filter, expPrefix, expSuffix and the expression; with fewer than four lines, the expression alone. */
const SEEDS = [
  "x.sum(['s','k']).rate('PT1M').service(['s'], Layer.GENERAL)",
  "(100 - x * 100 / y.safeDiv(cpu_seconds)).tagMatch('k','1|2').service(['s','k'], '::', Layer.MYSQL).downsampling(SUM)",
  "x.sum(['s','le']).increase('PT5M').histogram('le', TimeUnit.SECONDS).histogram_percentile([50,99]).service(['s'], Layer.GENERAL)",
  "{ tags -> tags.k == '1' && tags.s in ['a', 'b'] }\nsum(['s','i'])\ninstance(['s'], ['i'], Layer.GENERAL)\n(time() - x).downsampling(LATEST)",
  `x.tag({ tags -> if (tags.i =~ /(\\w+)-\\d+/) { tags.k = tags.i.split(':')[0] + "-\${tags.s}" } else { tags.remove('k') } }).service(['s'], Layer.K8S)`,
  "x.forEach(['a','b'], { e, tags -> tags[e] = tags.none?.trim() ?: e })\n.service(['s'], Layer.K8S).decorate({ me -> me.attr0 = me.layer.name() })",
  "x.filter({ tags -> tags['k'].toInteger() > 1 || !tags.none }).count(['s','k']).endpoint(['s'], ['i'], Layer.GENERAL)",
  "x.serviceRelation(DetectPoint.CLIENT, ['s'], ['i'], '|', Layer.MESH, 'k')",
];

export const target: FuzzTarget = {
  name: 'mal',
  seeds: () => SEEDS.map((text) => new TextEncoder().encode(text)),
  run(input) {
    const text = new TextDecoder().decode(input);
    const lines = text.split('\n');
    const [filter = '', expPrefix = '', expSuffix = ''] = lines.length >= 4 ? lines : [];
    const exp = lines.length >= 4 ? lines.slice(3).join('\n') : text;
    const { metrics, problems } = compileMal([{ file: 'fuzz', filter, expPrefix, expSuffix, metricsRules: [{ name: 'm', exp }] }]);
    if (metrics.length === 0 && problems.length === 0) throw new Error('a rule that is not compiled has a mistake');
    const context = { now: T0, windows: new CounterWindows({ maximum: 100 }) };
    for (const metric of metrics) {
      try {
        const results = metric.run(new SampleFamilies(SAMPLES), context);
        const values = results.flatMap((r) => r.values);
        if (!values.every((v) => Number.isFinite(v.value) && v.value >= 0)) throw new Error('values are finite and not negative');
      } catch (error) {
        if (!(error instanceof MalRuntimeError)) throw error;
      }
    }
  },
};
