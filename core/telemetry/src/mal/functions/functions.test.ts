import { describe, expect, it } from '@jest/globals';
import type { Sample } from '../../messages/meter-samples.js';
import { HIGHEST_BUCKET, LOWEST_BUCKET, MAX_FAMILY_SAMPLES, meterValue, SampleFamilies } from '../index.js';
import { metric, newContext, problems, run, samples, show, T0 } from '../mal.test.kit.js';

const SERVICE = ".service(['s'], Layer.GENERAL)";
/** Results of `exp` for the service that every sample belongs to, without its name. */
const values = (exp: string, text: string, options = {}): readonly string[] =>
  run(`(${exp})${SERVICE}`, text, options).map((line) => line.replace(/^a ?/, ''));

describe('filters', () => {
  const five = `
    x{s=a,k=one} 1
    x{s=a,k=two} 2
    x{s=a,k=three} 3
    x{s=a} 4
    x{s=a,k=one,l=other} 5`;
  const all = (filter: string): readonly string[] => values(`x.${filter}.sum(['s','k','l'])`, five).map((l) => l.split(' ').at(-1)!);

  it.each([
    ["tagEqual('k','one')", ['1', '5']],
    ["tagEqual('k','one','l','other')", ['5']],
    ["tagEqual('k','')", ['4']],
    ["tagEqual('k',null)", ['4']],
    ["tagNotEqual('k','one')", ['2', '3', '4']],
    ["tagNotEqual('k','one','l','')", []],
    ["tagMatch('k','t.*')", ['2', '3']],
    ["tagMatch('k','t')", []],
    ["tagMatch('k','one|two')", ['1', '2', '5']],
    ["tagMatch('k','|two')", ['2', '4']],
    ["tagNotMatch('k','t.*')", ['1', '4', '5']],
    ['valueEqual(2)', ['2']],
    ['valueNotEqual(2)', ['1', '3', '4', '5']],
    ['valueGreater(3)', ['4', '5']],
    ['valueGreaterEqual(3)', ['3', '4', '5']],
    ['valueLess(2)', ['1']],
    ['valueLessEqual(1 + 1)', ['1', '2']],
    ['valueGreater(-1)', ['1', '2', '3', '4', '5']],
    ["filter({ tags -> tags.k == 'one' && !tags.l })", ['1']],
    ["filter({ tags -> tags['k'] in ['one', 'two'] })", ['1', '2', '5']],
    ['filter({ tags -> tags.k })', ['1', '2', '3', '5']],
  ])('%s keeps %j', (filter, kept) => {
    expect(all(filter)).toEqual(kept);
  });
});

describe('arithmetic', () => {
  const two = `
    x{s=a} 8
    y{s=a} 2
    x{s=b} 9
    y{s=c} 3`;

  it.each([
    ['x + 1', ['a 9', 'b 10']],
    ['1 + x', ['a 9', 'b 10']],
    ['x - 1.5', ['a 7', 'b 8']],
    ['20 - x', ['a 12', 'b 11']],
    ['x * 100', ['a 800', 'b 900']],
    ['2 * x', ['a 16', 'b 18']],
    ['x / 4', ['a 2', 'b 2']],
    ['72 / x', ['a 9', 'b 8']],
    ['-x + 10', ['a 2', 'b 1']],
    ['x - -1', ['a 9', 'b 10']],
    ['100 - x / (2 + 2) * 10', ['a 80', 'b 78']],
    ['x + y', ['a 10']],
    ['x - y', ['a 6']],
    ['x * y', ['a 16']],
    ['x / y', ['a 4']],
    ['x / y + x', ['a 12']],
    ['x + none', ['a 8', 'b 9']],
    ['none + x', ['a 8', 'b 9']],
    ['x - none', ['a 8', 'b 9']],
    ['10 + (none - x)', ['a 2', 'b 1']],
    ['x * none', []],
    ['none * x', []],
    ['none / x', []],
    ['none + none', []],
    ['none - none', []],
    ['1 + none', []],
    ['-none', []],
    ['x.safeDiv(y)', ['a 4']],
    ['x.safeDiv(y - 2)', ['a 0']],
    ['x.safeDiv(0)', ['a 0', 'b 0']],
    ['x.safeDiv(2)', ['a 4', 'b 5']],
    ['x.safeDiv(none)', []],
    ['none.safeDiv(x)', []],
    ['safeDiv(x, y)', ['a 4']],
    ["sum(x, ['s'])", ['a 8', 'b 9']],
    ['time() - x * 0', [`a ${T0 / 1_000 + 5}`, `b ${T0 / 1_000 + 5}`]],
    ['x.valueGreater(8) + y', []],
  ])('%s', (exp, expected) => {
    expect(run(`(${exp})${SERVICE}`, two)).toEqual(expected);
  });

  it('tells apart labels that differ in one, and finds partners whatever the order of labels', () => {
    const text = `
      x{s=a,k=1} 10
      x{s=a,k=2} 20
      y{k=2,s=a} 2
      y{s=a,k=1,more=} 5`;
    expect(run("(x / y).sum(['s','k']).service(['s'], Layer.GENERAL)", text)).toEqual(['a{k=2} 10']);
  });

  it('leaves out what is divided by nothing, and says so', () => {
    const context = newContext();
    expect(run(`(x / none)${SERVICE}`, two, { context })).toEqual([]);
    expect(context.skips).toEqual({ 'not finite': 2 });
    // 0 / 0 is no value at all.
    expect(run(`(x / y)${SERVICE}`, 'x{s=a} 0\ny{s=a} 0', { context })).toEqual([]);
    expect(context.skips).toEqual({ 'not finite': 2 });
  });
});

describe('aggregations', () => {
  const six = `
    x{s=a,i=1,z=p} 1
    x{s=a,i=1,z=q} 3
    x{s=a,i=2,z=p} 8
    x{s=b,i=1,z=p} 10
    x{s=b,z=p} 20
    x{z=q} 0`;

  it.each([
    ["sum(['s'])", ['a 12', 'b 30']],
    ["min(['s'])", ['a 1', 'b 10']],
    ["max(['s'])", ['a 8', 'b 20']],
    ["avg(['s'])", ['a 4', 'b 15']],
    ["sum(['s','i'])", ['a{i=1} 4', 'a{i=2} 8', 'b{i=1} 10', 'b{i=} 20']],
    ["count(['s','i'])", ['a 2', 'b 2']],
    ["count(['s','i','z'])", ['a{i=1} 2', 'a{i=2} 1', 'b{i=1} 1', 'b{i=} 1']],
    ["sum(['s','i']).max(['s'])", ['a 8', 'b 20']],
  ])('%s', (aggregation, expected) => {
    expect(run(`x.${aggregation}${SERVICE}`, six)).toEqual(expected);
  });

  it.each([
    ['sum()', 42],
    ['min()', 0],
    ['max()', 20],
    ['avg()', 7],
    ['sum([])', 42],
    ['count()', 6],
    ["count(['i'])", 2],
    ["count(['z'])", 2],
    ["count(['none'])", 0],
  ])('%s gives one sample without labels', (aggregation, expected) => {
    expect(run(`x.${aggregation}.tag({ tags -> tags.s = 'n' + tags.size() })${SERVICE}`, six)).toEqual([`n0 ${expected}`]);
  });

  it('keeps the time of the first sample', () => {
    const [result] = metric(`x.sum(['s'])${SERVICE}`).run(new SampleFamilies(samples('x{s=a} 1 @1000\nx{s=a} 1 @2000')), newContext());
    expect(result?.time).toBe(T0 + 1_000);
  });

  it('sees no samples that are not numbers; a family of nothing else is EMPTY', () => {
    expect(run(`(x + y).sum(['s'])${SERVICE}`, 'x{s=a} NaN\ny{s=a} 2\ny{s=a,i=1} NaN')).toEqual(['a 2']);
  });
});

describe('labels', () => {
  it('tag rewrites labels by its closure, and leaves those of other rules alone', () => {
    const set = new SampleFamilies(samples('x{s=a,k=1} 1\nx{s=b} 2'));
    const rewrite = metric(`x.tag({ tags -> tags.s = 'db::' + tags.s; tags.remove('k') }).sum(['s','k'])${SERVICE}`);
    expect(show(rewrite.run(set, newContext()))).toEqual(['db::a{k=} 1', 'db::b{k=} 2']);
    expect(show(metric(`x${SERVICE}`).run(set, newContext()))).toEqual(['a 1', 'b 2']);
  });

  it('forEach runs its closure for every element', () => {
    const exp = `x.forEach(['a', 'b'], { e, tags -> tags[e + '_seen'] = tags[e] ?: 'no' }).sum(['s','a_seen','b_seen'])${SERVICE}`;
    expect(run(exp, 'x{s=a,b=yes} 1')).toEqual(['a{a_seen=no,b_seen=yes} 1']);
  });

  it('retagByK8sMeta asks for the service of a pod', () => {
    const kubernetes = { serviceOfPod: (pod: string, namespace: string) => (pod === 'p1' ? `shop.${namespace}` : undefined) };
    const exp = `x.retagByK8sMeta('s', K8sRetagType.Pod2Service, 'pod', 'ns').tagNotEqual('s', '')${SERVICE}`;
    expect(run(exp, 'x{pod=p1,ns=n} 1\nx{pod=p2,ns=n} 2', { options: { kubernetes } })).toEqual(['shop.n 1']);
    expect(problems(exp)).toEqual([expect.stringContaining('retagByK8sMeta() needs to know a Kubernetes cluster')]);
  });
});

describe('histograms', () => {
  const latency = `
    x{s=a,le=10.0} 3
    x{s=a,le=0.5} 1
    x{s=a,le=${LOWEST_BUCKET}} 0
    x{s=a,le=Infinity} 2`;

  it('turns bounds into whole milliseconds, by default of the unit of the set', () => {
    const exp = `x.sum(['s','le']).histogram()${SERVICE}`;
    expect(metric(exp)).toMatchObject({ kind: 'histogram', downsampling: 'avg' });
    expect(run(exp, latency, { histogramUnit: 1 })).toEqual([
      'a{le=10} 3',
      'a{le=0} 1',
      `a{le=${LOWEST_BUCKET}} 0`,
      `a{le=${HIGHEST_BUCKET}} 2`,
    ]);
    expect(run(exp, latency).slice(0, 2)).toEqual(['a{le=10000} 3', 'a{le=500} 1']);
  });

  it.each([
    ["histogram('le', TimeUnit.MILLISECONDS)", '0.5', '0'],
    ["histogram('le', TimeUnit.SECONDS)", '0.29', '290'],
    ["histogram('le', TimeUnit.MICROSECONDS)", '2500', '2'],
    ["histogram('le', TimeUnit.MINUTES)", '1.5', '90000'],
    ["histogram('le')", '+Inf', HIGHEST_BUCKET],
  ])('%s of %s is %s', (function_, le, expected) => {
    expect(run(`x.${function_}${SERVICE}`, `x{s=a,le=${le}} 1`)).toEqual([`a{le=${expected}} 1`]);
  });

  it('takes another label for the bound, and gives it as le', () => {
    expect(run(`x.histogram('upper', TimeUnit.MILLISECONDS)${SERVICE}`, 'x{s=a,upper=7,k=1} 1')).toEqual(['a{k=1,le=7} 1']);
  });

  it('adds up buckets that are the same in whole milliseconds', () => {
    expect(run(`x.histogram('le', TimeUnit.MILLISECONDS)${SERVICE}`, 'x{s=a,le=7.2} 1\nx{s=a,le=7.5} 2')).toEqual(['a{le=7} 3']);
  });

  it('leaves out samples whose bound is no number, and says so', () => {
    const context = newContext();
    expect(run(`x.histogram()${SERVICE}`, 'x{s=a,le=1} 1\nx{s=a} 2\nx{s=a,le=one} 3', { context })).toEqual(['a{le=1000} 1']);
    expect(context.skips).toEqual({ 'no bucket': 2 });
  });

  it('histogram_percentile marks the metric', () => {
    const exp = `x.sum(['s','le']).histogram().histogram_percentile([50,75,90,95,99])${SERVICE}.downsampling(SUM)`;
    expect(metric(exp)).toMatchObject({ kind: 'histogramPercentile', ranks: [50, 75, 90, 95, 99], downsampling: 'sum' });
  });
});

describe('scopes', () => {
  const sample = 'x{a=1,b=2,c=3,d=4,layer=MYSQL,side=client,component=49,e=} 7';
  const entity = (scope: string, text = sample, options = {}) =>
    metric(`x.${scope}`, {}, options).run(new SampleFamilies(samples(text)), newContext())[0]?.entity;

  it.each([
    ["service(['a'], Layer.MYSQL)", { scope: 'service', service: '1', layer: 'MYSQL' }],
    ["service(['a','e','none','b'], Layer.MYSQL)", { scope: 'service', service: '1.2', layer: 'MYSQL' }],
    ["service(['a','b'], '::', Layer.MYSQL)", { scope: 'service', service: '1::2', layer: 'MYSQL' }],
    ["instance(['a'], ['b','c'], Layer.GENERAL)", { scope: 'service_instance', service: '1', instance: '2.3', layer: 'GENERAL' }],
    [
      "instance(['a','b'], '::', ['c','d'], '-', Layer.GENERAL, null)",
      { scope: 'service_instance', service: '1::2', instance: '3-4', layer: 'GENERAL' },
    ],
    [
      "instance(['a'], ['b'], Layer.GENERAL, { tags -> [pod: tags.c, 'none': tags.none] })",
      {
        scope: 'service_instance',
        service: '1',
        instance: '2',
        layer: 'GENERAL',
        properties: new Map([
          ['pod', '3'],
          ['none', ''],
        ]),
      },
    ],
    ["endpoint(['a'], ['b'], Layer.GENERAL)", { scope: 'endpoint', service: '1', endpoint: '2', layer: 'GENERAL' }],
    ["process(['a'], ['b'], ['c'], 'layer')", { scope: 'process', service: '1', instance: '2', process: '3', layer: 'MYSQL' }],
    ["process(['a'], ['b'], ['c'], 'd')", { scope: 'process', service: '1', instance: '2', process: '3', layer: 'UNDEFINED' }],
    [
      "serviceRelation(DetectPoint.CLIENT, ['a'], ['b'], Layer.MESH_DP)",
      { scope: 'service_relation', sourceService: '1', destService: '2', detectPoint: 'CLIENT', layer: 'MESH_DP', componentId: 0 },
    ],
    [
      "serviceRelation(DetectPoint.SERVER, ['a','b'], ['c','d'], '|', Layer.MESH_DP, 'component')",
      { scope: 'service_relation', sourceService: '1|2', destService: '3|4', detectPoint: 'SERVER', layer: 'MESH_DP', componentId: 49 },
    ],
    [
      "serviceInstanceRelation(DetectPoint.SERVER, ['a'], ['b'], ['c'], ['d'], Layer.MESH_DP, 'side')",
      {
        scope: 'service_instance_relation',
        sourceService: '1',
        sourceInstance: '2',
        destService: '3',
        destInstance: '4',
        detectPoint: 'SERVER',
        layer: 'MESH_DP',
        componentId: 0,
      },
    ],
    [
      "processRelation('side', ['a'], ['b'], 'c', 'd', 'component')",
      {
        scope: 'process_relation',
        service: '1',
        instance: '2',
        sourceProcessId: '3',
        destProcessId: '4',
        detectPoint: 'CLIENT',
        componentId: 49,
      },
    ],
  ])('%s', (scope, expected) => {
    expect(entity(scope)).toEqual(expected);
  });

  it('leaves out samples whose entity has no name, and says so', () => {
    const context = newContext();
    expect(run("x.instance(['a'], ['b'], Layer.GENERAL)", 'x{a=1,b= } 1\nx{b=2} 2\nx{a=1,b=2} 3', { context })).toEqual(['1/2 3']);
    expect(context.skips).toEqual({ 'no entity': 2 });
  });

  it('knows the layers of a file besides its own', () => {
    expect(entity("service(['a'], Layer.MY_LAYER)", sample, { layers: ['MY_LAYER'] })).toMatchObject({ layer: 'MY_LAYER' });
    expect(problems("x.service(['a'], Layer.MYSQ)")).toEqual(['1:18 unknown layer "MYSQ"; did you mean "MYSQL"?']);
  });

  it('decorates an entity with attributes', () => {
    expect(entity("service(['a'], Layer.MYSQL).decorate({ me -> me.attr0 = me.layer.name(); me.attr5 = me.serviceName + '!' })")).toEqual({
      scope: 'service',
      service: '1',
      layer: 'MYSQL',
      attributes: { attr0: 'MYSQL', attr5: '1!' },
    });
  });
});

describe('metrics', () => {
  it.each([
    ["x.service(['s'], Layer.GENERAL)", 'single', 'avg'],
    ["x.sum(['s']).service(['s'], Layer.GENERAL).downsampling(LATEST)", 'single', 'latest'],
    ["x.sum(['s','i']).downsampling(SUM_PER_MIN).instance(['s'], ['i'], Layer.GENERAL)", 'single', 'sumPerMin'],
    ["x.sum(['s','k']).service(['s'], Layer.GENERAL).downsampling(MAX)", 'labeled', 'max'],
    ["x.max(['s','k']).service(['s'], Layer.GENERAL).downsampling(MIN)", 'labeled', 'min'],
    ["(x.sum(['s']) / y.avg(['s','k'])).service(['s'], Layer.GENERAL).downsampling(DownsamplingType.SUM)", 'labeled', 'sum'],
    ["x.count(['s','k']).service(['s'], Layer.GENERAL)", 'single', 'avg'],
    ["x.sum(['s','k']).max(['s']).service(['s'], Layer.GENERAL)", 'single', 'avg'],
  ])('%s is %s, %s', (exp, kind, downsampling) => {
    expect(metric(exp)).toMatchObject({ kind, downsampling });
  });

  it('tells the names it reads and the name it has', () => {
    const m = metric("(a.safeDiv(b) + sum(c, ['s']) - a).service(['s'], Layer.GENERAL)", { metricPrefix: 'meter_x' });
    expect(m).toMatchObject({ name: 'meter_x_m', file: 'f.yaml', inputs: ['a', 'b', 'c'], scope: 'service' });
  });

  it('puts the prefix behind every metric and the suffix behind the whole', () => {
    const file = { expPrefix: "tagEqual('k','1').sum(['s'])", expSuffix: SERVICE.slice(1) };
    expect(run('x + y * 2', 'x{s=a,k=1} 1\nx{s=a,k=2} 2\ny{s=a,k=1} 5', { file })).toEqual(['a 11']);
  });

  it('sees only samples that pass the filter of the file', () => {
    const set = new SampleFamilies(samples('x{s=a,job=vm} 1\nx{s=b,job=db} 2\ny{s=a,job=vm} 5\ny{s=b,job=db} 6'));
    const filtered = metric(`(x + y)${SERVICE}`, { filter: "{ tags -> tags.job == 'vm' }" });
    expect(show(filtered.run(set, newContext()))).toEqual(['a 6']);
    expect(show(metric(`(x + y)${SERVICE}`, { filter: "{ tags -> { tags.job == 'no' && true } }" }).run(set, newContext()))).toEqual([]);
    expect(show(metric(`(x + y)${SERVICE}`).run(set, newContext()))).toEqual(['a 6', 'b 8']);
  });

  it('takes the first sample of an entity for a single value, the last of equal labels for labeled ones', () => {
    expect(run(`x${SERVICE}`, 'x{s=a,k=1} 1\nx{s=b} 5\nx{s=a,k=2} 2')).toEqual(['a 1', 'b 5']);
    expect(
      run("x.sum(['s','k','t']).tag({ tags -> tags.remove('t') }).service(['s'], Layer.GENERAL)", 'x{s=a,k=1,t=1} 1\nx{s=a,k=1,t=2} 2'),
    ).toEqual(['a{k=1} 2']);
  });

  it('keeps the minutes of one set apart', () => {
    const found = metric(`x${SERVICE}`).run(new SampleFamilies(samples('x{s=a} 1 @59999\nx{s=a} 2 @60000\nx{s=a} 3 @60001')), newContext());
    expect(found.map((r) => [r.time - T0, r.values[0]?.value])).toEqual([
      [59_999, 1],
      [60_000, 2],
    ]);
  });

  it.each([
    [-5, 0],
    [0, 0],
    [0.001, 1],
    [0.2, 1],
    [0.999, 1],
    [1.4, 1],
    [1.5, 2],
    [2.5, 3],
    [1e30, 2 ** 63 - 1_024],
  ])('stores %d as %d', (value, stored) => {
    expect(meterValue(value)).toBe(stored);
    expect(run(`x${SERVICE}`, `x{s=a} ${value}`)).toEqual([`a ${stored}`]);
  });

  it('averages of 0.2 and 0.4 become 1 each', () => {
    expect(run("x.sum(['s','k']).service(['s'], Layer.GENERAL)", 'x{s=a,k=1} 0.2\nx{s=a,k=2} 0.4')).toEqual(['a{k=1} 1', 'a{k=2} 1']);
  });

  it('takes no more samples of a name than the limit, and counts the others', () => {
    const many: Sample[] = Array.from({ length: MAX_FAMILY_SAMPLES + 5 }, () => ({
      name: 'x',
      labels: new Map([['s', 'a']]),
      value: 1,
      timestamp: T0,
    }));
    const set = new SampleFamilies(many);
    expect(set.leftOut).toBe(5);
    expect(show(metric(`x.count(['s','none'])${SERVICE}`).run(set, newContext()))).toEqual(['a 1']);
  });

  it('runs functions of plugins', () => {
    const extensions = new Map([
      [
        'my::scale',
        {
          parameters: ['number'] as const,
          apply: (list: readonly Sample[], [by]: readonly unknown[]) => list.map((s) => ({ ...s, value: s.value * Number(by) })),
        },
      ],
      [
        'my::fail',
        {
          parameters: [] as const,
          apply: () => {
            throw new Error('no such thing');
          },
        },
      ],
    ]);
    expect(run(`x.my::scale(3)${SERVICE}`, 'x{s=a} 2', { options: { extensions } })).toEqual(['a 6']);
    expect(() => run(`x.my::fail()${SERVICE}`, 'x{s=a} 2', { options: { extensions } })).toThrow('my::fail() failed: no such thing');
    expect(problems(`x.my::scal(3)${SERVICE}`, {}, { extensions })).toEqual(['1:3 unknown function "my::scal"; did you mean "my::scale"?']);
  });
});
