import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileMal, MAX_LABEL_LENGTH, MAX_MAL_DEPTH, MAX_MAL_LENGTH, MalRuntimeError } from './index.js';
import { problems, run } from './mal.test.kit.js';
import { parseFilter, parseMal } from './parse.js';
import { printMal } from './print.js';
import { MalError } from './problem.js';
import type { Expression, Statement, Term } from './syntax-tree.js';

const SERVICE = ".service(['s'], Layer.GENERAL)";

/** The name that a closure's body gives a service whose labels are a=1, b=two, empty='' and path='/x/y'. */
function tagged(body: string, labels = 's=a,a=1,b=two,empty=,path=/x/y,host=web-12.shop:80'): string {
  const [line = ''] = run(`x.tag({ tags -> ${body} })${SERVICE}`, `x{${labels}} 1`);
  return line.slice(0, -2);
}
const term = (text: string): string => tagged(`tags.s = '=' + (${text})`).slice(1);

describe('closures', () => {
  it.each([
    ['tags.b', 'two'],
    ["tags['b']", 'two'],
    ["tags.'b'", 'two'],
    ["tags['a' + '']", '1'],
    ["'none' + tags.none", 'none'],
    ["tags.none ?: 'else'", 'else'],
    ["tags.empty ?: tags.a ?: 'else'", '1'],
    ["tags.a == '1' ? 'yes' : 'no'", 'yes'],
    ["tags.none ? 'yes' : tags.a ? 'second' : 'no'", 'second'],
    ['tags.none == null', 'true'],
    ["tags.a != '1'", 'false'],
    ["tags.b in ['one', 'two']", 'true'],
    ["tags.b !in ['one', 'two']", 'false'],
    ["'b' in tags", 'true'],
    ["tags.a == '1' && tags.b == 'two' || false", 'true'],
    ['!tags.none', 'true'],
    ["tags.b =~ /w/ ? 'found' : 'not'", 'found'],
    ["tags.b =~ 'x' ? 'found' : 'not'", 'not'],
    ['tags.b ==~ /t.o/', 'true'],
    ['tags.b ==~ /w/', 'false'],
    ['(tags.host =~ /(\\w+)-(\\d+)/)[0][2]', '12'],
    ['(tags.host =~ /\\d+/)[1]', '80'],
    ["tags.host.split('\\\\.')[0]", 'web-12'],
    ["tags.host.split(':')[-1]", '80'],
    ["tags.host.split('x').size()", '1'],
    ["tags.path.split('/').size()", '3'],
    ["'a,b,,'.split(',').size()", '2'],
    ["tags.host.tokenize('-.:').join('+')", 'web+12+shop+80'],
    ["tags.host.substring(0, tags.host.indexOf('-'))", 'web'],
    ["tags.host.substring(tags.host.lastIndexOf(':') + 1).toInteger() + 1", '81'],
    ["tags.host.replaceAll('(\\\\w+)-(\\\\d+)', '$2-$1')", '12-web.shop:80'],
    ["tags.path.replace('/', '_')", '_x_y'],
    ["tags.path.replaceFirst('/', '')", 'x/y'],
    ['tags.b.toUpperCase().toLowerCase().capitalize()', 'Two'],
    ["tags.b.contains('w') && tags.b.startsWith('t') && tags.b.endsWith('o')", 'true'],
    ["tags.b.matches('t.*')", 'true'],
    ['tags.none?.trim()', ''],
    ['tags.b.length() * 2 - 6 / 3 % 2', '6'],
    ['tags.a.toDouble() < 2 && tags.a.toInteger() >= 1', 'true'],
    ["tags.b > 'three'", 'true'],
    ['-tags.a.toInteger() + 3', '2'],
    [`"<\${tags.b}-$tags.a\\$>"`, '<two-1$>'],
    ["['k': tags.b, j: 1].k", 'two'],
    ['[:].isEmpty()', 'true'],
    ["['p','q'].contains('q')", 'true'],
    ["tags.containsKey('a') && tags.getOrDefault('none', 'd') == 'd'", 'true'],
    ['Integer.parseInt(tags.a) + Math.max(2, 3)', '4'],
    ["'x'.padLeft(3, '0')", '00x'],
    ["'\\u0041\\n\\'\\d'.replace('\\n', '')", "A'\\d"],
    ["['a','b'] == ['a','b']", 'true'],
  ])('%s is %s', (text, expected) => {
    expect(term(text)).toBe(expected);
  });

  it.each([
    ["def x = tags.a\n  x += '2'\n  tags.s = x", '12'],
    ["String x = 'n'; if (tags.a == '1') { x = 'y' } else { x = 'z' } tags.s = x", 'y'],
    ["if (tags.a == '2') { tags.s = '2' } else if (tags.a == '1') { tags.s = '1' } else { tags.s = '0' }", '1'],
    ["if (tags.a == '1') return\n tags.s = 'never'", 'a'],
    ["if (tags.a == '1') { if (true) { return } }\n tags.s = 'never'", 'a'],
    ["if (!tags.none) tags.s = 'x'; else tags.s = 'y'", 'x'],
    ["tags.s = tags.a // the rest of the line says nothing\n /* nor\n does this */ tags.s += '!'", '1!'],
    ["def list = ['q', tags.b]\n tags.s = list[1] + list.size()", 'two2'],
    ["tags.put('s', 'put'); tags.remove('a'); tags.s = tags.s + tags.a", 'put'],
    ['tags.s = tags.a.toInteger() + 1', '2'],
    ["tags.s = null\n tags['s'] = 'again'", 'again'],
    ['def m = tags.host =~ /-(\\d+)/; if (m) { tags.s = m[0][1] }', '12'],
    ["def m = tags.host =~ /none/; if (m.find()) { tags.s = m[0][1] } else { tags.s = 'none' }", 'none'],
  ])('%s', (body, expected) => {
    expect(tagged(body)).toBe(expected);
  });

  it.each([
    ['tags.none.trim()', 'null has no method trim(); write ?.trim() where a label may be missing'],
    ['tags.b.toInteger()', 'the text "two" is no whole number'],
    ['tags.b.substring(9)', 'substring: 9 is not within 0 and 3'],
    ['tags.b - 1', undefined],
    ['(tags.b =~ /z/)[0]', 'there is no match 0'],
    ["tags.b in 'two'", 'the text "two" is no list'],
    ["tags.b.replaceAll('t', '$7')", 'the replacement "$7" cannot be used'],
    ["['a': tags].a", 'a map is no text'],
    ['[[1]]', 'a list is no text'],
  ])('%s fails for the set: %s', (text, message) => {
    if (message === undefined) expect(problems(`x.tag({ tags -> tags.s = ${text} })${SERVICE}`)).toHaveLength(1);
    else {
      expect(() => term(text)).toThrow(MalRuntimeError);
      expect(() => term(text)).toThrow(message);
    }
  });

  it('stops texts and lists that grow without end', () => {
    expect(() => tagged(`def x = 'xxxxxxxxxx'\n${'x = x + x\n'.repeat(40)}`)).toThrow(`longer than ${MAX_LABEL_LENGTH}`);
    expect(() => tagged(`def x = [1, 2]\n${'x = x + x\n'.repeat(40)}`)).toThrow('a list became longer');
    expect(() => tagged(`def x = 'x'.padLeft(1000)\ntags.s = x.replace(' ', x)`)).toThrow(`longer than ${MAX_LABEL_LENGTH}`);
  });

  it('calls functions of plugins, and no others', () => {
    const closureFunctions = new Map([['ProcessRegistry.virtual', (...args: readonly (string | null)[]) => args.join('/')]]);
    const exp = `x.tag({ tags -> tags.s = ProcessRegistry.virtual(tags.a, 'b') })${SERVICE}`;
    expect(run(exp, 'x{s=a,a=1} 1', { options: { closureFunctions } })).toEqual(['1/b 1']);
    expect(problems(exp)).toEqual([expect.stringMatching(/^1:\d+ unknown function "ProcessRegistry.virtual"/)]);
  });
});

describe('mistakes', () => {
  const PLACES: readonly (readonly [string, string])[] = [
    ['x.summ()', '1:3 unknown function "summ"; did you mean "sum"?'],
    ['x\n  .sum()\n  .ratee(1)', '3:4 unknown function "ratee"; did you mean "rate"?'],
    ["x.sum('s')", '1:7 argument 1 of sum() must be a list of texts, found a text'],
    ['x.sum([1])', '1:7 argument 1 of sum() must be a list of texts, found a list of numbers'],
    ['x.sum([1], 2)', '1:3 sum() takes nothing; or a list of texts'],
    ["x.rate('1 minute')", `1:8 "1 minute" is no range: write for example 'PT1M' or 'PT30S', up to one day`],
    ["x.rate('PT0S')", `1:8 "PT0S" is no range: write for example 'PT1M' or 'PT30S', up to one day`],
    ['x.rate(y)', '1:8 argument 1 of rate() must be a text, found "y"'],
    ["x.tagEqual('k')", '1:3 tagEqual() takes pairs of a label and a text'],
    ["x.tagMatch('k', '(')", expect.stringMatching(/^1:17 this pattern cannot be used: /) as unknown as string],
    ["x.tagMatch('k', '(?=a)')", expect.stringMatching(/^1:17 this pattern cannot be used: /) as unknown as string],
    ["x.tagEqual('k', 5)", '1:17 argument 2 of tagEqual() must be a text, found a number'],
    ['x.valueGreater(y)', '1:16 argument 1 of valueGreater() must be a number, found a metric'],
    ["x.service(['s'], Layer.NONE)", '1:18 unknown layer "NONE"'],
    ["x.service(['s'], Leyer.GENERAL)", '1:18 argument 2 of service() must be a layer, as Layer.GENERAL, found Leyer.GENERAL'],
    ['x.service([], Layer.GENERAL)', '1:11 at least one label must be named'],
    ["x.service(['s'], Layer.GENERAL) * 2", '1:33 service() comes last: nothing can be computed with what it gives'],
    ["x.service(['s'], Layer.GENERAL).sum()", '1:33 service() comes last: nothing can be computed with what it gives'],
    ['x.downsampling(MEAN)', '1:16 unknown downsampling "MEAN"'],
    ['x.histogram_percentile([50])', '1:3 histogram_percentile() comes after histogram()'],
    ['x.histogram().histogram_percentile([])', '1:36 ranks are 1 to 20 whole numbers from 1 to 100'],
    ['x.histogram().histogram_percentile([0.5])', '1:36 ranks are 1 to 20 whole numbers from 1 to 100'],
    [`x.histogram()${SERVICE}.downsampling(MAX)`, '1:45 a histogram is merged by AVG or SUM'],
    [`x.histogram()${SERVICE}.decorate({ me -> me.attr0 = 'a' })`, '1:45 decorate() is not for histograms'],
    ["x.decorate({ me -> me.attr0 = 'a' })", '1:3 decorate() comes after service(), instance() or another scope'],
    [`x${SERVICE}.decorate({ me -> me.layer = 'a' })`, '1:52 only attr0 to attr5 of an entity can be set'],
    [
      `x${SERVICE}.decorate({ me -> me.attr0 = me.nam })`,
      expect.stringMatching(/^1:63 unknown name of an entity "nam"/) as unknown as string,
    ],
    ['1 + 2', '1:3 the expression says for whom it is: end it, or expSuffix, with service(), instance(), endpoint() or another scope'],
    ['x.sum()', '1:3 the expression says for whom it is: end it, or expSuffix, with service(), instance(), endpoint() or another scope'],
    ['5.sum()', '1:3 sum() is applied to a metric, not to a number'],
    ['(5).sum()', '1:5 sum() is applied to a metric, not to a number'],
    ['sum()', '1:1 sum() has no metric to be applied to'],
    ["x + 'a'", '1:5 a metric or a number stands here, not a text'],
    ['x +', '1:4 expected "(", "-", a name, a number or a text, found the end'],
    ['x.sum(', '1:7 expected "(", ")", "-", "[", "{", a name, a number or a text, found the end'],
    ['', '1:1 expected "(", "-", "[", "{", a name, a number or a text, found the end'],
    ['x y', '1:3 expected "(", ".", an operator or the end, found "y"'],
    ['x.tag({ tags -> tags.s = tgs.a })', '1:26 unknown variable "tgs"; did you mean "tags"?'],
    ['x.tag({ tags -> s = tags.a })', expect.stringMatching(/^1:17 unknown variable "s"/) as unknown as string],
    ['x.tag({ tags -> tags = null })', '1:17 the parameter tags cannot be assigned to'],
    ['x.tag({ tags -> def tags = 1 })', '1:17 "tags" is there already'],
    ['x.tag({ tags -> tags.s = tags.a.trimm() })', '1:32 unknown method "trimm"; did you mean "trim"?'],
    ['x.tag({ tags -> tags.s = tags.a.size(1) })', '1:32 size() takes 0 arguments, and has 1'],
    ['x.tag({ tags -> tags.trim() })', '1:21 the map of labels has no method trim()'],
    ['x.tag({ tags -> tags.s = tags.a.put(1, 2) })', '1:32 a label has no method put()'],
    ['x.tag({ tags -> tags.s = tags.a.b })', '1:32 a label has no "b"; a method is called with brackets'],
    [
      'x.filter({ tags -> tags.code == 200 })',
      '1:30 a label is a text: compare it with a text, or write .toInteger() or .toDouble() behind it',
    ],
    ['x.filter({ tags -> tags.a =~ tags.b })', '1:34 a pattern must be written out, as /re/ or as a text'],
    ['x.filter({ tags -> tags.a =~ /(/ })', expect.stringMatching(/^1:30 this pattern cannot be used: /) as unknown as string],
    ['x.filter({ a, b -> true })', '1:10 this closure must have 1 parameter, and has 2'],
    ["x.filter({ tags -> 'a' = 'b' })", '1:20 only a variable, a label or an attribute can be assigned to'],
    ['x.filter({ tags -> System.exit(1) })', '1:26 unknown function "System.exit"'],
    ["x.filter({ tags -> 'a'.getClass() })", '1:23 unknown method "getClass"'],
    ["x.filter({ tags -> 'a'.execute() })", '1:23 unknown method "execute"'],
    ['time(5) + x', '1:1 time() takes nothing'],
    ['x.time()', '1:3 time() stands alone'],
  ];

  it.each(PLACES)('%j: %s', (exp, expected) => {
    expect(problems(exp)).toEqual([expected]);
  });

  it('are told with the line of the file, and do not keep other rules from being compiled', () => {
    const { metrics, problems: found } = compileMal([
      {
        file: 'a.yaml',
        expSuffix: SERVICE.slice(1),
        metricsRules: [
          { name: 'good', exp: 'x' },
          { name: 'bad', exp: 'x\n + y.foo()', line: 12 },
          { name: 'bad name', exp: 'x', line: 14 },
          { name: 'also_good', exp: 'y' },
        ],
      },
      { file: 'b.yaml', metricPrefix: 'p', metricsRules: [{ name: 'b', exp: `x${SERVICE}` }] },
    ]);
    expect(metrics.map((m) => m.name)).toEqual(['good', 'also_good', 'p_b']);
    expect(found).toEqual([
      { file: 'a.yaml', rule: 'bad', line: 13, column: 6, message: 'unknown function "foo"' },
      { file: 'a.yaml', rule: 'bad name', line: 14, column: 1, message: expect.stringContaining('cannot be the name of a metric') },
    ]);
  });

  it('in what all rules of a file share are told once, and no rule of that file is compiled', () => {
    const rules = ['a', 'b', 'c'].map((name) => ({ name, exp: 'x' }));
    const compiled = compileMal([
      { file: 'a.yaml', filter: '{ tags -> }}', expPrefix: 'x + y', expSuffix: 'service(', metricsRules: rules },
      { file: 'b.yaml', expSuffix: "service(['s'], Layer.NONE)", metricsRules: rules },
      { file: 'c.yaml', filter: 'tags', expSuffix: SERVICE.slice(1), metricsRules: rules },
    ]);
    expect(compiled.metrics).toEqual([]);
    expect(compiled.problems.map((p) => `${p.file} ${p.rule} ${p.line}:${p.column}`)).toEqual([
      'a.yaml filter 1:12',
      'a.yaml expPrefix 1:3',
      'a.yaml expSuffix 1:9',
      'b.yaml expSuffix 1:16',
      'c.yaml filter 1:1',
    ]);
    expect(compiled.problems[3]?.message).toBe('unknown layer "NONE" (seen in rule a)');
  });

  it('are told of what is too long, too deep or too much', () => {
    const of = (exp: string): string => problems(exp)[0] ?? '';
    expect(of(`x + ${'y'.repeat(MAX_MAL_LENGTH)}`)).toContain('longer than');
    expect(of('('.repeat(MAX_MAL_DEPTH + 1))).toContain('nested deeper than');
    expect(of(`x${' + x'.repeat(2_000)}`)).toContain('operators');
    expect(of(`{ t -> ${'t.a ? 1 : '.repeat(101)} 2 }`)).toContain('question marks');
    expect(of(`x.tagMatch('a', '${'a'.repeat(2_000)}')`)).toContain('the pattern is longer than');
  });

  it.each([
    ['minus signs', `${'-'.repeat(1_400)}x`],
    ['a long sum', `x${'+x'.repeat(1_400)}`],
    ['a long chain', `x${'.sum()'.repeat(1_000)}`],
    ['brackets', `${'('.repeat(64)}x${')'.repeat(64)}`],
    ['not of not', `x.filter({ t -> ${'!'.repeat(1_400)}t.a })`],
    ['nested ifs', `x.tag({ t -> ${'if(t.a)'.repeat(1_300)} t.b = 'c' })`],
    ['nested choices', `x.tag({ t -> t.b = ${'t.a?1:'.repeat(99)}2 })`],
    ['nested lists', `x.tag({ t -> ${'['.repeat(60)}${']'.repeat(60)} })`],
    ['nested maps', `x.tag({ t -> ${'[a:'.repeat(60)}1${']'.repeat(60)} })`],
    ['nested texts', `x.tag({ t -> ${'"${'.repeat(50)}1${'}"'.repeat(50)} })`],
    ['long elvis', `x.tag({ t -> t.b = ${'t.a?:'.repeat(99)}2 })`],
    ['properties', `x.tag({ t -> t${'.a'.repeat(1_400)} = 'b' })`],
    ['subscripts', `x.tag({ t -> t${'[0]'.repeat(3_000)} = 'b' })`],
  ])('hostile %s neither crash nor hang', (_, exp) => {
    const { metrics } = compileMal([{ file: 'f', metricsRules: [{ name: 'm', exp: `(${exp})${SERVICE}` }] }]);
    for (const m of metrics) expect(m.inputs).toEqual(['x']);
  });
});

describe('rules in the shape of files in use', () => {
  const kubernetes = { serviceOfPod: () => 'shop.web' };
  const closureFunctions = new Map([
    ['ProcessRegistry.generateVirtualRemoteProcess', (...args: readonly (string | null)[]) => args.join('|')],
  ]);

  it.each([
    // hosts: gauges of several modes, percentages, constants on the left, rates of counters, sizes in other units
    [
      { filter: "{ tags -> tags.job_name == 'vm-monitoring' }", expSuffix: "service(['host'] , Layer.OS_LINUX)" },
      [
        "(cpu_seconds * 100).sum(['host', 'mode']).rate('PT1M')",
        "((cpu_seconds * 100).sum(['host', 'mode']).rate('PT1M')).tagNotEqual('mode','idle').sum(['host'])",
        'memory_total - memory_available',
        '100 - ((fs_avail * 100) / fs_size)',
        "100 - ((fs_avail.tagNotMatch('fstype', 'tmpfs|overlay').sum(['host','mountpoint']) * 100) / fs_size.tagMatch('fstype', '.+').sum(['host', 'mountpoint']))",
        "(net_in.tagMatch('device','eth.*').irate()).sum(['host','device']).downsampling(LATEST)",
        'load1 * 100',
        'time() - boot_time_seconds',
        '-(a + -b) / 1024',
      ],
    ],
    // databases and queues: a prefix in the service name, ratios that may lack a side
    [
      {
        filter: '{ tags -> tags.job_name in [\'mysql-monitoring\', "mariadb"] }',
        expSuffix: "tag({tags -> tags.cluster = 'mysql::' + tags.cluster}).service(['cluster'], Layer.MYSQL)",
      },
      [
        "commands_total.tagEqual('command','insert').sum(['service_instance_id','cluster']).rate('PT1M')",
        "(questions.sum(['cluster']).rate('PT1M')).downsampling(MAX)",
        'innodb_reads.safeDiv(innodb_requests + innodb_reads) * 10000',
        "slow_queries.increase('PT5M').max(['cluster', 'host'])",
      ],
    ],
    [
      { expSuffix: "tag({tags -> tags.cluster = 'kafka::' + tags.cluster}).instance(['cluster'], ['broker'], Layer.KAFKA)" },
      [
        "requests.sum(['cluster','broker','request']).histogram('quantile', TimeUnit.MILLISECONDS)",
        "topic_in.tagNotEqual('topic','').sum(['cluster','broker','topic']).rate('PT1M').downsampling(SUM_PER_MIN)",
        "messages.tag({ tags -> if (tags['job'].contains('x')) { tags.broker = tags.instance.split(':')[0] } else { tags.broker = 'none' } }).count(['cluster','broker'])",
      ],
    ],
    // Kubernetes: conditions, distinct counts, properties of instances, services of pods
    [
      {
        filter: "{ tags -> tags.job_name in [ 'kubernetes-cadvisor', 'kube-state-metrics' ] }",
        expSuffix:
          "tag({tags -> tags.cluster = 'k8s-cluster::' + tags.cluster}).instance(['cluster'] , ['node'], Layer.K8S, { tags -> ['pod': tags.pod, 'namespace': tags.namespace ?: 'default'] })",
      },
      [
        "node_condition.valueEqual(1).tagMatch('status','true|unknown').tagEqual('condition' , 'Ready').sum(['cluster','node', 'condition'])",
        "pod_info.count(['cluster','node','pod'])",
        "container_seconds.tagNotEqual('container', '').sum(['cluster','node','pod']).rate('PT1M') * 1000",
        "(pod_cpu + pod_memory).retagByK8sMeta('service' , K8sRetagType.Pod2Service , 'pod' , 'namespace').tagNotEqual('service' , '').sum(['cluster','node','service'])",
        "containers.tag({ tags -> tags.remove('uid') }).sum(['cluster','node','container']).downsampling(LATEST)",
      ],
    ],
    // clouds: a closure whose body stands in braces, dashes in names of labels
    [
      {
        filter: "{ tags -> {tags.cloud_provider == 'aws' && tags.Namespace == 'AWS/S3' && tags.'aws-account' != null} }",
        expPrefix: "tag({tags -> tags.name = tags['cloud-account'] + '/' + tags.BucketName})",
        expSuffix: "service(['name'], '@', Layer.AWS_S3)",
      },
      ['a4xx_errors.downsampling(SUM)', "latency.tagEqual('FilterId', 'x').avg(['name']) + other.max(['name'])"],
    ],
    // meshes and gateways: relations, names rewritten by patterns
    [
      { expSuffix: "serviceRelation(DetectPoint.CLIENT, ['app'], ['cluster_name'], Layer.MESH_DP)" },
      [
        "(up_rq_active.tagMatch('metrics_name', '.+ms_rq.*').tag({ tags -> tags.cluster_name = tags.cluster_name.replaceAll('^(outbound|inbound)\\\\|\\\\d+\\\\|.*\\\\|', '').replaceFirst(/\\.svc.*/, '') })).sum(['app', 'cluster_name']).downsampling(SUM)",
        "x.tag({ tags -> def m = tags.cluster_name =~ /^(\\w+)\\|(.+)$/\n if (m.matches()) { tags.cluster_name = m[0][2] }\n else if (tags.app?.startsWith('v')) tags.app = tags.app.substring(1) })",
      ],
    ],
    // endpoints of gateways
    [
      { expSuffix: "endpoint(['service_name'], ['route'], Layer.APISIX)" },
      [
        "http_status.tagNotEqual('route','').tag({tags -> tags.route = 'route/' + tags['route']}).sum(['code','service_name','route','node']).rate('PT1M')",
        "http_latency.tagEqual('type','upstream').sum(['le','service_name','route']).increase('PT1M').histogram('le', TimeUnit.MILLISECONDS).histogram_percentile([50,75,90,95,99])",
      ],
    ],
    // processes: a loop over two sides with an early return, functions of the host
    [
      {
        expPrefix: `forEach(['client', 'server'], { prefix, tags ->
            // what has an id already stays
            if (tags[prefix + '_process_id'] != null) {
              return
            }
            tags[prefix + '_process_id'] = ProcessRegistry.generateVirtualRemoteProcess(tags.service, tags.instance, tags[prefix + '_address'])
          })`,
        expSuffix: "processRelation('side', ['service'], ['instance'], 'client_process_id', 'server_process_id', 'component')",
      },
      [
        "tcp_write.tag({ tags -> if (tags.protocol == 'http' && tags.is_ssl == 'true') { tags.component = '129' } else if (tags.protocol == 'http') { tags.component = '49' } else { tags.component = '110' } }).sum(['service','instance','side','client_process_id','server_process_id','component']).downsampling(SUM_PER_MIN)",
      ],
    ],
    // native agents
    [
      { expSuffix: "instance(['service'], ['instance'], Layer.GENERAL)" },
      [
        "pool.sum(['service', 'instance', 'pool_name', 'metric_type'])",
        "created.tagEqual('created_by', 'sampler').sum(['service', 'instance']).increase('PT1M').downsampling(SUM_PER_MIN)",
        "duration.sum(['le', 'service', 'instance']).increase('PT5M').histogram().histogram_percentile([50,70,90,99])",
        "sum(used, ['service','instance']) * 10000 / max(total, ['service','instance'])",
      ],
    ],
  ] as const)('%j', (file, expressions_) => {
    const { metrics, problems: found } = compileMal(
      [{ file: 'f.yaml', metricPrefix: 'meter', ...file, metricsRules: expressions_.map((exp, i) => ({ name: `m${i}`, exp })) }],
      { kubernetes, closureFunctions },
    );
    expect(found).toEqual([]);
    expect(metrics).toHaveLength(expressions_.length);
  });
});

// ---- random expressions

const stripPlaces = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, v) => (key === 'at' ? undefined : v)));
const at = { source: 'exp', offset: 0 } as const;
const word = fc
  .stringMatching(/^[a-z][a-zA-Z0-9_]{0,6}$/)
  .filter((w) => !['true', 'false', 'null', 'in', 'if', 'else', 'return', 'def'].includes(w));
const anyText = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("'", '"', '\\', '\\d', '$', `\${x}`, '\n', '\r\t', '\u2028', '/'));
const literalNumber = fc.oneof(
  fc.nat(),
  fc.double({ min: 0, max: 1e12, noNaN: true }).map((n) => Math.abs(n)),
  fc.constantFrom(1e-7, 1e21, 0),
);

const { term: terms, statement: statements } = fc.letrec<{ term: Term; statement: Statement }>((tie) => {
  const t = tie('term');
  const body = fc.array(tie('statement'), { maxLength: 2 });
  const target = fc.oneof(
    fc.record({
      kind: fc.constant('property' as const),
      of: fc.record({ kind: fc.constant('variable' as const), name: word, at: fc.constant(at) }),
      name: fc.oneof(word, anyText),
      safe: fc.boolean(),
      at: fc.constant(at),
    }),
    fc.record({ kind: fc.constant('variable' as const), name: word, at: fc.constant(at) }),
  );
  const node = <K extends string, R extends object>(kind: K, fields: { [key in keyof R]: fc.Arbitrary<R[key]> }) =>
    fc.record({ kind: fc.constant(kind), at: fc.constant(at), ...fields }) as unknown as fc.Arbitrary<never>;
  return {
    term: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      node('literal', { value: fc.oneof(anyText, literalNumber, fc.boolean(), fc.constant(null)) }),
      node('variable', { name: word }),
      node('items', { items: fc.array(t, { maxLength: 3 }) }),
      node('map', { entries: fc.array(fc.record({ key: anyText, value: t }), { maxLength: 2 }) }),
      node('property', { of: t, name: fc.oneof(word, anyText), safe: fc.boolean() }),
      node('index', { of: t, key: t }),
      node('invoke', { of: fc.oneof(t), name: word, args: fc.array(t, { maxLength: 2 }), safe: fc.boolean() }),
      node('unary', { op: fc.constantFrom('!', '-'), of: t }),
      node('binary', {
        op: fc.constantFrom('||', '&&', '==', '!=', '=~', '==~', '<', '<=', '>', '>=', 'in', '!in', '+', '-', '*', '/', '%'),
        left: t,
        right: t,
      }),
      node('conditional', { test: t, consequence: t, otherwise: t }),
      node('elvis', { of: t, otherwise: t }),
      node('pattern', { text: fc.constantFrom('a', '\\d+', "it's", '"', 'a\\.b', '[^x]') }),
    ),
    statement: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      node('evaluate', { value: t }),
      node('define', { name: word, value: fc.option(t) }),
      node('assign', { op: fc.constantFrom('=', '+='), target, value: t }),
      node('return', { value: fc.option(t) }),
      node('if', { branches: fc.array(fc.record({ test: t, body }), { minLength: 1, maxLength: 2 }), otherwise: fc.option(body) }),
      node('block', { body }),
    ),
  };
});

const { expression: expressions } = fc.letrec<{ expression: Expression }>((tie) => {
  const e = tie('expression');
  const node = <K extends string, R extends object>(kind: K, fields: { [key in keyof R]: fc.Arbitrary<R[key]> }) =>
    fc.record({ kind: fc.constant(kind), at: fc.constant(at), ...fields }) as unknown as fc.Arbitrary<never>;
  const text = node('text', { value: anyText });
  const number = node('number', { value: literalNumber });
  const argument = fc.oneof(
    e,
    text,
    node('list', { items: fc.array(fc.oneof(text, number), { maxLength: 3 }) }),
    node('closure', { parameters: fc.array(word, { maxLength: 2 }), body: fc.array(statements, { maxLength: 3 }) }),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      number,
      node('name', { name: word }),
      node('word', { value: fc.constantFrom(true, false, null) }),
      node('constant', { type: word, name: word }),
      node('negation', { of: e }),
      node('arithmetic', { op: fc.constantFrom('+', '-', '*', '/'), left: e, right: e }),
      node('call', {
        receiver: fc.option(e),
        name: fc.oneof(
          word,
          fc.tuple(word, word).map((w) => w.join('::')),
        ),
        args: fc.array(argument, { maxLength: 3 }),
      }),
    ),
  };
});

describe('the parser', () => {
  it('reads what is printed as the same tree', () => {
    fc.assert(
      fc.property(expressions, (e) => {
        const printed = printMal(e);
        expect(stripPlaces(parseMal(printed))).toEqual(stripPlaces(e));
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads closures of every kind of term', () => {
    fc.assert(
      fc.property(terms, (value) => {
        const closure = { kind: 'closure', parameters: ['tags'], body: [{ kind: 'evaluate', value, at }], at } as const;
        expect(stripPlaces(parseFilter(printMal(closure)))).toEqual(stripPlaces(closure));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives an error with a place for whatever it cannot read', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          'x',
          '.sum(',
          ')',
          '(',
          '[',
          ']',
          '{',
          '}',
          "'a'",
          '"',
          ',',
          '->',
          'tags',
          '.',
          '=',
          '==',
          '? ',
          ':',
          '/',
          '+',
          '-',
          '*',
          '\\',
          '5',
          'if',
          'else',
          '\n',
          '//',
          '/*',
          '${',
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(pieces, (list) => {
        const text = list.join('');
        try {
          parseMal(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MalError);
          expect((error as MalError).at.offset).toBeLessThanOrEqual(text.length);
        }
        const { problems: found, metrics } = compileMal([
          { file: 'f', filter: text, expSuffix: text, metricsRules: [{ name: 'm', exp: text }] },
        ]);
        expect(found.length > 0 || metrics.length > 0 || text.trim() === '').toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
