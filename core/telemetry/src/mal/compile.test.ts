import { describe, expect, it } from '@jest/globals';
import { compileMal } from './index.js';
import { problems } from './mal.test.kit.js';

const SERVICE = ".service(['s'], Layer.GENERAL)";

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
  ] as const)('compiles what is in files with %j', (file, expressions_) => {
    const { metrics, problems: found } = compileMal(
      [{ file: 'f.yaml', metricPrefix: 'meter', ...file, metricsRules: expressions_.map((exp, i) => ({ name: `m${i}`, exp })) }],
      { kubernetes, closureFunctions },
    );
    expect(found).toEqual([]);
    expect(metrics).toHaveLength(expressions_.length);
  });
});
