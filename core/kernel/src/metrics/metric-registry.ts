import type { Labels, Meter } from '../api/facilities.js';
import { HistogramCells } from './histogram-cells.js';
import { LabelSets, MAX_LABEL_SETS } from './label-sets.js';
import { formatFamily, isMetricName, type MetricType, type Sample } from './text-format.js';

/** The host's own metrics have a label set for every edge and reason. */
const MAX_HOST_LABEL_SETS = 5_000;

type Read = () => number | Iterable<readonly [Labels, number]>;
type Source = () => Iterable<Sample>;

interface Family {
  readonly type: MetricType;
  readonly help: string;
  /** One per module. */
  readonly sources: Map<string, Source>;
}

/** The self-metrics of one host: instruments of all modules, written as one text. */
export class MetricRegistry {
  readonly #families = new Map<string, Family>();
  #badValues = 0;
  #readErrors = 0;

  constructor() {
    this.collect('skein_metrics_bad_values_total', 'counter', 'Values that a metric was given and cannot take', () => this.#badValues);
    this.collect('skein_metrics_read_errors_total', 'counter', 'Metrics that could not be read', () => this.#readErrors);
  }

  /** The instruments of one module: `skein_` goes before the name and the label `module` is added. */
  meter(module: string): Meter {
    return {
      counter: (name, help) => this.#counter(module, name, help),
      gauge: (name, help, read) =>
        this.#register(`skein_${name}`, 'gauge', help, module, () => this.#readSamples(read, { module }, MAX_LABEL_SETS)),
      histogram: (name, help, bounds) => this.#histogram(module, name, help, bounds),
    };
  }

  /** A metric of the host itself, under its full name, read when the text is asked for. */
  collect(name: string, type: Exclude<MetricType, 'histogram'>, help: string, read: Read): void {
    this.#register(name, type, help, '', () => this.#readSamples(read, {}, MAX_HOST_LABEL_SETS));
  }

  /** All metrics in the Prometheus text format 0.0.4. */
  text(): string {
    let text = '';
    for (const [name, { type, help, sources }] of this.#families) {
      const samples = [...sources.values()].flatMap((source) => this.#samplesOf(source));
      if (samples.length > 0) text += formatFamily(name, type, help, samples);
    }
    return text;
  }

  #counter(module: string, name: string, help: string): ReturnType<Meter['counter']> {
    const sets = new LabelSets(() => 0, { reserved: ['module'] });
    this.#register(`skein_${name}`, 'counter', help, module, function* () {
      for (const [labels, value] of sets) yield { suffix: '', labels: { ...labels, module }, value };
    });
    return {
      add: (n, labels = {}) => {
        if (n >= 0 && Number.isFinite(n)) sets.set(labels, (value) => value + n);
        else this.#badValues += 1;
      },
    };
  }

  #histogram(module: string, name: string, help: string, bounds: readonly number[]): ReturnType<Meter['histogram']> {
    const sorted = [...new Set(bounds.filter(Number.isFinite))].sort((a, b) => a - b);
    const sets = new LabelSets(() => new HistogramCells(sorted), { reserved: ['module', 'le'] });
    this.#register(`skein_${name}`, 'histogram', help, module, function* () {
      for (const [labels, cells] of sets) yield* cells.samples({ ...labels, module });
    });
    return {
      record: (value, labels) => {
        if (Number.isNaN(value)) this.#badValues += 1;
        else sets.at(labels).record(value);
      },
    };
  }

  #register(name: string, type: MetricType, help: string, module: string, source: Source): void {
    if (!isMetricName(name)) throw new Error(`"${name}" is not a metric name: letters, digits and underscores only`);
    const family = this.#families.get(name);
    if (family === undefined) {
      this.#families.set(name, { type, help, sources: new Map([[module, source]]) });
      return;
    }
    if (family.type !== type) throw new Error(`the metric ${name} is a ${family.type} already, not a ${type}`);
    if (family.sources.has(module)) throw new Error(`the metric ${name} exists already; make it once and keep it`);
    family.sources.set(module, source);
  }

  /** A metric that cannot be read is left out; the others are still worth having. */
  #samplesOf(source: Source): readonly Sample[] {
    try {
      return [...source()];
    } catch {
      this.#readErrors += 1;
      return [];
    }
  }

  *#readSamples(read: Read, own: Labels, limit: number): Iterable<Sample> {
    const result = read();
    if (typeof result === 'number') {
      yield { suffix: '', labels: own, value: result };
      return;
    }
    const sets = new LabelSets(() => 0, { limit, reserved: Object.keys(own) });
    for (const [labels, value] of result) sets.set(labels, (sum) => sum + value);
    for (const [labels, value] of sets) yield { suffix: '', labels: { ...labels, ...own }, value };
  }
}
