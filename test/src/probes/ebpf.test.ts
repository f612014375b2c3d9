import { describe, expect, it, jest } from '@jest/globals';
import { TEST_START } from '@skein/core/testing';
import ebpfProfiling from '@skein/ebpf-profiling';
import meterAnalyzer from '@skein/meter-analyzer';
import meterReceiver from '@skein/meter-receiver';
import { skywalking } from '@skein/proto';
import { skywalking as ebpf } from '@skein/proto/ebpf';
import { instanceId, observations, processId, processRelationUpdate, processUpdate, relationId, serviceId } from '@skein/telemetry';
import {
  encodeProcess,
  encodeProfiling,
  entityOf,
  host,
  instance,
  list,
  order,
  orderNetwork,
  PROCESS,
  PROFILABLE,
  PROFILING,
  ping,
  pod,
  poll,
  report,
  service,
  sha256,
  skipped,
  start,
  tasks,
} from './ebpf-rover.js';
import { DURATION, MINUTE, officialHost } from './official-host.js';
import { reflectedEncoder } from './reflected-encoder.js';

const encodeMeter = reflectedEncoder('meter/meter.proto');

// Each test starts a host of its own, which takes a while where many tests run.
jest.setTimeout(60_000);

describe('processes', () => {
  it('are answered with their ids, in order, exactly as they were named', async () => {
    await using h = await start();
    const entity = entityOf('java', ['a', 'b']);
    const [reply] = await report(h.kit, [host(entity, PROFILABLE, 4711), {}, pod(entityOf('go'), [], 12)]);
    const { processes } = ebpf.v3.EBPFReportProcessDownstream.decode(reply!);
    expect(processes).toMatchObject([
      { processId: sha256(`java_${instance}`), hostProcess: { pid: 4711, entityMetadata: entity } },
      { processId: sha256(`go_${instance}`), k8sProcess: { pid: 12, entityMetadata: { processName: 'go' } } },
    ]);
    h.kit.assertBooks();
  });

  it('are listed with what was reported, and only in ranges in which they were alive', async () => {
    await using h = await start();
    await report(h.kit, [pod(entityOf('go')), host(entityOf('java', ['b', 'a', 'b']), [...PROFILABLE, { key: '__proto__', value: 'p' }])]);
    const owners = { serviceId: service, serviceName: 'shop::web', instanceId: instance, instanceName: 'web-1', agentId: 'rover-1' };
    const support = { name: 'support_ebpf_profiling', value: 'true' };
    expect(await list(h)).toEqual([
      { id: processId(instance, 'go'), name: 'go', ...owners, detectType: 'KUBERNETES', attributes: [support], labels: [] },
      {
        id: processId(instance, 'java'),
        name: 'java',
        ...owners,
        detectType: 'VM',
        attributes: [support, { name: '__proto__', value: 'p' }],
        labels: ['b', 'a'],
      },
    ]);
    expect(await list(h, { start: '2024-01-02 0300', end: '2024-01-02 0302', step: 'MINUTE' })).toEqual([]);
    expect(await list(h, { start: '2024-01-02 0305', end: '2024-01-02 0306', step: 'MINUTE' })).toEqual([]);
    const { getProcess, none } = await h.ask<Record<string, unknown>>(
      `{ getProcess(processId: "${processId(instance, 'go')}") { name detectType } none: getProcess(processId: "x") { name } }`,
    );
    expect([getProcess, none]).toEqual([{ name: 'go', detectType: 'KUBERNETES' }, null]);
  });

  it('stay alive by pings, which show their service in its layer and their instance, and bring labels up to date', async () => {
    await using h = await start();
    await report(h.kit, [pod(entityOf('go', ['old', 'kept']))]);
    await h.kit.clock.advance(60_000);
    expect(await ping(h.kit, [entityOf('go', ['kept', 'new'])])).toEqual([new Uint8Array(0)]);
    expect(await list(h, { start: '2024-01-02 0305', end: '2024-01-02 0305', step: 'MINUTE' })).toMatchObject([
      { name: 'go', detectType: 'KUBERNETES', labels: ['kept', 'new'] },
    ]);
    expect(
      await h.ask(
        `query ($d: Duration!) { listServices(layer: "OS_LINUX") { id layers normal } listInstances(serviceId: "${service}", duration: $d) { name } }`,
        {
          d: { start: '2024-01-02 0305', end: '2024-01-02 0305', step: 'MINUTE' },
        },
      ),
    ).toEqual({ listServices: [{ id: service, layers: ['OS_LINUX'], normal: true }], listInstances: [{ name: 'web-1' }] });
  });

  it('fail a ping of an unknown layer, but not the other pings of the message', async () => {
    await using h = await start();
    const pings = [entityOf('go', [], { layer: 'NO_SUCH' }), entityOf('java')];
    await expect(ping(h.kit, pings)).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: '1 of 2 messages are malformed: there is no layer "NO_SUCH"',
    });
    expect((await list(h)).map(({ name }) => name)).toEqual(['java']);
    expect(skipped(h.kit)).toEqual({ malformed: 1 });
    h.kit.assertBooks();
  });

  it('are counted where a task could run: profilable, seen in the last 10 minutes, with all labels', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one', ['a', 'b'])), host(entityOf('two', ['b'])), host(entityOf('three', ['a', 'b']), [])]);
    const scale = async (labels: readonly string[]) =>
      (
        await h.ask<{ estimateProcessScale: number }>(
          `query ($l: [String!]!) { estimateProcessScale(serviceId: "${service}", labels: $l) }`,
          { l: labels },
        )
      ).estimateProcessScale;
    const prepare = async () =>
      (
        await h.ask<{ p: object }>(
          `{ p: queryPrepareCreateEBPFProfilingTaskData(serviceId: "${service}") { couldProfiling processLabels } }`,
        )
      ).p;
    expect([await scale([]), await scale(['a']), await scale(['a', 'b']), await scale(['c'])]).toEqual([2, 1, 1, 0]);
    expect(await prepare()).toEqual({ couldProfiling: true, processLabels: ['a', 'b'] });
    await h.kit.clock.advance(11 * 60_000);
    expect(await scale([])).toBe(0);
    expect(await prepare()).toEqual({ couldProfiling: false, processLabels: [] });
  });

  it('are refused when the bytes are none, and what is too long is cut', async () => {
    await using h = await start();
    const bytes = encodeProcess('EBPFProcessReportList', { processes: [host(entityOf('java'))] });
    for (const method of ['reportProcesses', 'keepAlive']) {
      await expect(h.kit.grpc(`${PROCESS}/${method}`, [bytes.subarray(0, -1)])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
      expect(await h.kit.grpc(`${PROCESS}/${method}`, [new Uint8Array(0)])).toEqual([new Uint8Array(0)]);
    }
    const name = 'p'.repeat(5000);
    const many = Array.from({ length: 5000 }, (_, i) => ({ key: `key-${i}`, value: 'ä"'.repeat(20) }));
    const labels = Array.from({ length: 20_000 }, (_, i) => `label-${i}`);
    await report(h.kit, [host(entityOf(name, labels, { instanceName: 'i'.repeat(200) }), many)]);
    const cut = instanceId(service, 'i'.repeat(70));
    const found = await h.ask<{ getProcess: { name: string; labels: string[]; attributes: object[] } }>(
      `{ getProcess(processId: "${processId(cut, name)}") { name labels attributes { name } } }`,
    );
    expect(found.getProcess.name).toBe('p'.repeat(1024));
    expect(found.getProcess.labels.length).toBeGreaterThan(1000);
    expect(found.getProcess.attributes.length).toBeGreaterThan(500);
    expect(skipped(h.kit)).toEqual({ malformed: 2 });
    h.kit.assertBooks();
  });
});

describe('the topology of processes', () => {
  it('has what both sides saw of the instance, with components, and virtual processes that are not real', async () => {
    await using h = await start();
    await report(h.kit, [pod(entityOf('web')), pod(entityOf('db'))]);
    const [web, db] = [processId(instance, 'web'), processId(instance, 'db')];
    const remote = processUpdate({ name: 'UNKNOWN_REMOTE', service, instance, detectType: 'VIRTUAL' }, MINUTE);
    const seen = { instance, componentId: 49 };
    const entities = [
      remote,
      processRelationUpdate({ ...seen, source: web, dest: db, seenFrom: 'CLIENT' }, MINUTE),
      processRelationUpdate({ ...seen, source: web, dest: db, componentId: 129, seenFrom: 'SERVER' }, MINUTE),
      processRelationUpdate({ ...seen, source: remote.id, dest: web, seenFrom: 'SERVER' }, MINUTE),
      processRelationUpdate({ ...seen, source: web, dest: 'nobody', seenFrom: 'CLIENT' }, MINUTE),
      processRelationUpdate({ ...seen, source: db, dest: web, instance: 'another', seenFrom: 'CLIENT' }, MINUTE),
    ];
    await (await h.kit.publisher(observations).publish([{ sources: [], records: [], entities, weight: 1 }])).handled;
    const FIELDS =
      'nodes { id name serviceId serviceName serviceInstanceId serviceInstanceName isReal } calls { id source target sourceComponents targetComponents detectPoints }';
    const node = { serviceId: service, serviceName: 'shop::web', serviceInstanceId: instance, serviceInstanceName: 'web-1' };
    const { byId, byName, before, debug } = await h.ask<Record<string, { debuggingTrace?: object }>>(
      `query ($d: Duration!, $b: Duration!) {
        byId: getProcessTopology(serviceInstanceId: "${instance}", duration: $d) { ${FIELDS} }
        byName: getProcessTopologyByName(instance: { serviceName: "shop::web", instanceName: "web-1", layer: "K8S" }, duration: $d) { ${FIELDS} }
        before: getProcessTopology(serviceInstanceId: "${instance}", duration: $b) { ${FIELDS} }
        debug: getProcessTopology(serviceInstanceId: "${instance}", duration: $d, debug: true) { debuggingTrace { traceId } } }`,
      { d: DURATION, b: { start: '2024-01-02 0302', end: '2024-01-02 0303', step: 'MINUTE' } },
    );
    expect(byId).toEqual({
      nodes: expect.arrayContaining([
        { id: web, name: 'web', ...node, isReal: true },
        { id: db, name: 'db', ...node, isReal: true },
        { id: remote.id, name: 'UNKNOWN_REMOTE', ...node, isReal: false },
      ]),
      calls: [
        {
          id: relationId(web, db),
          source: web,
          target: db,
          sourceComponents: ['http'],
          targetComponents: ['https'],
          detectPoints: ['CLIENT', 'SERVER'],
        },
        {
          id: relationId(remote.id, web),
          source: remote.id,
          target: web,
          sourceComponents: [],
          targetComponents: ['http'],
          detectPoints: ['SERVER'],
        },
      ],
    });
    expect(byName).toEqual(byId);
    expect(before).toEqual({ nodes: [], calls: [] });
    expect(debug!.debuggingTrace).toMatchObject({ traceId: expect.any(String) });
    // A virtual process is in the list of its instance, but nothing can be ordered for it.
    expect((await list(h)).map(({ name }) => name)).toEqual(['UNKNOWN_REMOTE', 'db', 'web']);
  });
});

it('relations of processes are drawn from the meters of an agent that profiles the network, with their metrics', async () => {
  const active = { meterAnalyzerActiveFiles: ['network-profiling', 'continuous-profiling'] };
  await using h = await officialHost([meterReceiver, meterAnalyzer, ebpfProfiling], { 'meter-analyzer': active });
  await report(h.kit, [pod(entityOf('web')), pod(entityOf('db'))]);
  const [web, db] = [processId(instance, 'web'), processId(instance, 'db')];
  const meter = (name: string, value: number, labels: object) =>
    encodeMeter('MeterData', {
      singleValue: { name, value, labels: Object.entries(labels).map(([key, text]) => ({ name: key, value: text })) },
      ...{ service: 'shop::web', serviceInstance: 'web-1', timestamp: TEST_START },
    });
  const toDatabase = { side: 'client', protocol: 'http', is_ssl: 'false', client_process_id: web, server_process_id: db };
  const fromOutside = {
    side: 'server',
    protocol: 'tls',
    is_ssl: 'true',
    client_local: 'false',
    client_address: '10.0.0.9:1',
    server_process_id: web,
  };
  await h.kit.grpc('/skywalking.v3.MeterReportService/collect', [
    meter('rover_net_p_client_write_counts_counter', 7, toDatabase),
    meter('rover_net_p_server_read_counts_counter', 4, fromOutside),
    meter('rover_con_p_process_cpu', 0.5, { process_name: 'web', layer: 'K8S' }),
  ]);
  const outside = processId(instance, 'UNKNOWN_REMOTE');
  const { topology } = await h.ask<{ topology: { nodes: object[]; calls: object[] } }>(
    `query ($d: Duration!) { topology: getProcessTopology(serviceInstanceId: "${instance}", duration: $d) {
      nodes { id name isReal } calls { source target sourceComponents targetComponents detectPoints } } }`,
    { d: DURATION },
  );
  expect(topology.nodes).toHaveLength(3);
  expect(topology.nodes).toEqual(
    expect.arrayContaining([
      { id: web, name: 'web', isReal: true },
      { id: db, name: 'db', isReal: true },
      { id: outside, name: 'UNKNOWN_REMOTE', isReal: false },
    ]),
  );
  expect(topology.calls).toEqual([
    { source: web, target: db, sourceComponents: ['http'], targetComponents: [], detectPoints: ['CLIENT'] },
    { source: outside, target: web, sourceComponents: [], targetComponents: ['tls'], detectPoints: ['SERVER'] },
  ]);
  const owner = { serviceName: 'shop::web', normal: true, serviceInstanceName: 'web-1' };
  const other = { destServiceName: 'shop::web', destNormal: true, destServiceInstanceName: 'web-1' };
  const relation = (processName: string, destProcessName: string) => ({ ...owner, processName, ...other, destProcessName });
  expect(await h.values('process_relation_client_write_cpm', relation('web', 'db'))).toEqual([7]);
  expect(await h.values('process_relation_server_read_cpm', relation('UNKNOWN_REMOTE', 'web'))).toEqual([4]);
  expect(await h.values('continuous_profiling_process_cpu', { ...owner, processName: 'web' })).toEqual([5000]);
  expect((await list(h)).map(({ name }) => name)).toEqual(['UNKNOWN_REMOTE', 'db', 'web']);
  h.kit.assertBooks();
});

describe('tasks for a fixed time', () => {
  it('reach each process that has the labels and can be profiled, once', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one', ['a', 'b'])), host(entityOf('two', ['a'])), host(entityOf('three', ['a']), [])]);
    await report(h.kit, [host(entityOf('far', ['a'], { instanceName: 'web-2' }))], 'rover-2');
    const { id } = await order(h, { processLabels: ['a'], targetType: 'OFF_CPU', duration: 90 });
    const args = {
      TaskId: id!,
      TaskUpdateTime: String(TEST_START),
      TriggerType: 'FIXED_TIME',
      TargetType: 'OFF_CPU',
      TaskStartTime: String(TEST_START),
      ExtensionConfigJSON: 'null',
      FixedTriggerDuration: '90',
    };
    expect(await poll(h.kit)).toEqual([
      { command: 'EBPFProfilingTaskQuery', args: { ...args, ProcessId: processId(instance, 'one') } },
      { command: 'EBPFProfilingTaskQuery', args: { ...args, ProcessId: processId(instance, 'two') } },
    ]);
    expect((await poll(h.kit, 0, 'rover-2')).map((c) => c.args.ProcessId)).toEqual([processId(instanceId(service, 'web-2'), 'far')]);
    expect([await poll(h.kit, TEST_START), await poll(h.kit, 0, 'rover-3'), await poll(h.kit, 0, '')]).toEqual([[], [], []]);
    // The arguments come in the order that agents of every version know.
    const reply = await h.kit.grpc(`${PROFILING}/queryTasks`, [encodeProfiling('EBPFProfilingTaskQuery', { roverInstanceId: 'rover-2' })]);
    expect(skywalking.v3.Commands.decode(reply[0]!).commands![0]!.args!.map(({ key }) => key)).toEqual([
      'SerialNumber',
      'TaskId',
      'ProcessId',
      'TaskUpdateTime',
      'TriggerType',
      'TargetType',
      'TaskStartTime',
      'ExtensionConfigJSON',
      'FixedTriggerDuration',
    ]);
  });

  it('are not given to processes that were not seen for 5 minutes, nor after their end', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one'))]);
    await order(h, { duration: 600 });
    await h.kit.clock.advance(4 * 60_000);
    expect(await poll(h.kit)).toHaveLength(1);
    await h.kit.clock.advance(3 * 60_000);
    expect(await poll(h.kit)).toHaveLength(0);
    await ping(h.kit, [entityOf('one')]);
    expect(await poll(h.kit)).toHaveLength(1);
    await h.kit.clock.advance(3 * 60_000);
    expect(await poll(h.kit)).toHaveLength(0);
  });

  it('are listed, newest first, by target, instance and range', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one', ['a']))]);
    const first = await order(h, { processLabels: ['a'] });
    await h.kit.clock.advance(1000);
    const second = await order(h, { targetType: 'OFF_CPU', startTime: TEST_START + 3_600_000 });
    const network = await orderNetwork(h, {});
    const shown = (of: readonly object[]) => of.map((task) => (task as { taskId: string }).taskId);
    expect(await tasks(h, { service, targets: ['ON_CPU'] })).toEqual([
      {
        taskId: first.id,
        serviceId: service,
        serviceName: 'shop::web',
        serviceInstanceId: null,
        serviceInstanceName: null,
        processLabels: ['a'],
        processId: null,
        processName: null,
        taskStartTime: TEST_START,
        triggerType: 'FIXED_TIME',
        fixedTriggerDuration: 60,
        targetType: 'ON_CPU',
        createTime: TEST_START,
        continuousProfilingCauses: null,
      },
    ]);
    expect(shown(await tasks(h, { service, targets: ['ON_CPU', 'OFF_CPU'] }))).toEqual([second.id, first.id]);
    expect(shown(await tasks(h, { instance }))).toEqual([network.id]);
    expect(shown(await tasks(h, { service, duration: { start: '2024-01-02 0404', end: '2024-01-02 0405', step: 'MINUTE' } }))).toEqual([
      second.id,
    ]);
    expect(await tasks(h, { service, trigger: 'CONTINUOUS_PROFILING' })).toEqual([]);
    await expect(tasks(h, {})).rejects.toThrow('give serviceId or serviceInstanceId');
  });

  it('are refused when they make no sense', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one', ['a']))]);
    const cases: [what: string, request: object, reason: string][] = [
      ['a service id that is none', { serviceId: '' }, '"" is not the id of a service'],
      ['less than a minute', { duration: 59 }, 'the duration must be at least 60 s'],
      ['more than a day', { duration: 86_401 }, 'the duration must be at most 86400 s, a day'],
      ['a start that is far away', { startTime: 2 ** 53 }, 'the start must be within the next 30 days'],
      ['labels that no process has', { processLabels: ['a', 'x', 'y'] }, 'no process of the service has the label(s) x, y'],
      ['too many labels', { processLabels: Array(300).fill('a') }, 'the labels have more than 1000 characters together'],
      ['a network task', { targetType: 'NETWORK' }, 'network profiling is ordered for an instance, by createEBPFNetworkProfiling'],
    ];
    for (const [what, request, reason] of cases) {
      expect({ what, ...(await order(h, request)) }).toEqual({ what, status: false, errorReason: reason, id: null });
    }
    expect(await poll(h.kit)).toEqual([]);
  });

  it('never overlap for a service and target, however many are ordered at once', async () => {
    await using h = await start();
    const orders = await Promise.all(Array.from({ length: 5 }, () => order(h)));
    expect(orders.filter(({ status }) => status)).toHaveLength(1);
    expect(orders.find(({ status }) => !status)!.errorReason).toBe('another task of the service profiles the same target at that time');
    const later = { startTime: TEST_START + 60_000 };
    expect([(await order(h, { targetType: 'OFF_CPU' })).status, (await order(h, { startTime: TEST_START + 59_999 })).status]).toEqual([
      true,
      false,
    ]);
    expect([(await order(h, later)).status, (await order(h, later)).status]).toEqual([true, false]);
    expect(await order(h, { serviceId: serviceId('other', true) })).toMatchObject({ status: true });
  });

  it('are kept to the last hundred, and refused when so many have not ended', async () => {
    await using h = await start();
    for (let i = 1; i <= 100; i++) expect((await order(h, { startTime: TEST_START + i * 60_000 })).status).toBe(true);
    expect(await order(h, { startTime: TEST_START + 200 * 60_000 })).toMatchObject({
      errorReason: 'the service has 100 profiling tasks that have not ended',
    });
    await h.kit.clock.advance(121_000);
    expect(await order(h, { startTime: TEST_START + 200 * 60_000 })).toMatchObject({ status: true });
    expect((await tasks(h, { service })).length).toBe(100);
  });
});

describe('network profiling', () => {
  const SETTINGS = { requireCompleteRequest: true, requireCompleteResponse: false };
  const rule = (more: object = {}, settings: object = {}) => ({
    when4xx: true,
    when5xx: false,
    settings: { ...SETTINGS, ...settings },
    ...more,
  });

  it('is one command for all processes of the instance, with the rules of sampling', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one')), host(entityOf('two'), []), host(entityOf('far', [], { instanceName: 'web-2' }))]);
    const samplings = [rule(), rule({ uriRegex: '/a.*', minDuration: 5 }, { maxRequestSize: 100, maxResponseSize: null })];
    const { id } = await orderNetwork(h, { samplings });
    const [command, ...others] = await poll(h.kit);
    expect(others).toEqual([]);
    expect(command!.args).toMatchObject({ TaskId: id!, TargetType: 'NETWORK', FixedTriggerDuration: '600' });
    expect(command!.args.ProcessId).toBe([processId(instance, 'one'), processId(instance, 'two')].join(','));
    const settings = { RequireCompleteRequest: true, RequireCompleteResponse: false };
    expect(JSON.parse(command!.args.ExtensionConfigJSON!)).toEqual({
      NetworkSamplings: [
        { When4xx: true, When5xx: false, Settings: settings },
        { URIRegex: '/a.*', MinDuration: 5, When4xx: true, When5xx: false, Settings: { ...settings, MaxRequestSize: 100 } },
      ],
    });
  });

  it('goes on when it is kept in its last minute, and only then', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one'))]);
    const { id } = await orderNetwork(h, {});
    const cpu = await order(h);
    const keep = async (taskId: string | null) =>
      (
        await h.ask<{ keep: object }>(`mutation ($t: ID!) { keep: keepEBPFNetworkProfiling(taskId: $t) { status errorReason } }`, {
          t: taskId,
        })
      ).keep;
    const done = { status: true, errorReason: null };
    expect(await keep(id)).toEqual(done);
    expect((await tasks(h, { instance }))[0]).toMatchObject({ fixedTriggerDuration: 600 });
    await h.kit.clock.advance(541_000);
    expect(await keep(id)).toEqual(done);
    expect((await tasks(h, { instance }))[0]).toMatchObject({ taskId: id, fixedTriggerDuration: 1200, createTime: TEST_START });
    await ping(h.kit, [entityOf('one')]);
    expect((await poll(h.kit, TEST_START)).map(({ args }) => [args.TaskId, args.FixedTriggerDuration, args.TaskUpdateTime])).toEqual([
      [id, '1200', String(TEST_START + 541_000)],
    ]);
    expect(await keep(cpu.id)).toEqual({ status: false, errorReason: 'only network profiling can be kept going' });
    expect(await keep('x')).toEqual({ status: false, errorReason: 'there is no such profiling task' });
    await h.kit.clock.advance(660_000);
    expect(await keep(id)).toEqual({ status: false, errorReason: 'the profiling task has ended' });
  });

  it('is refused when it makes no sense', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('one'))]);
    const cases: [what: string, request: object, reason: string][] = [
      ['an instance id that is none', { instanceId: 'x' }, '"x" is not the id of an instance'],
      ['an instance without processes', { instanceId: instanceId(service, 'other') }, 'the instance has no processes'],
      ['two rules for all', { samplings: [rule(), rule({ uriRegex: '' })] }, 'two sampling rules have no URI pattern'],
      ['a pattern twice', { samplings: [rule({ uriRegex: 'a' }), rule({ uriRegex: 'a' })] }, 'two sampling rules have the URI pattern "a"'],
      ['a negative duration', { samplings: [rule({ minDuration: -1 })] }, 'the minimal duration of a sampling rule must not be negative'],
      [
        'nothing to collect',
        { samplings: [rule({}, { requireCompleteRequest: false })] },
        'a sampling rule must collect requests, responses or both',
      ],
      [
        'no bytes of a request',
        { samplings: [rule({}, { maxRequestSize: 0 })] },
        'the largest request of a sampling rule must have at least 1 byte',
      ],
      [
        'no bytes of a response',
        { samplings: [rule({}, { maxResponseSize: 0 })] },
        'the largest response of a sampling rule must have at least 1 byte',
      ],
    ];
    for (const [what, request, reason] of cases) {
      expect({ what, ...(await orderNetwork(h, request)) }).toEqual({ what, status: false, errorReason: reason, id: null });
    }
  });
});
