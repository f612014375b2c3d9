import { describe, expect, it } from '@jest/globals';
import { compileRules } from './compile-rules.js';
import { lineOf, scriptsOf } from './rule-sources.js';
import { ACTIVE_AGENT_RULES, AGENT_RULES } from './rules/agent-rules.js';

const functions = new Map([
  ['ProcessRegistry.generateVirtualLocalProcess', () => 'local'],
  ['ProcessRegistry.generateVirtualRemoteProcess', () => 'remote'],
]);
const compiled = (...names: readonly string[]) => {
  const files = names.map((name) => ({ group: 'agent', file: `${name}.yaml`, text: AGENT_RULES.get(name)! }));
  return compileRules(files, { closureFunctions: functions }).get('agent')!;
};
const lines = (...names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(compiled(...names).map((metric) => [metric.name, `${metric.scope} ${/\)\.(.*);/.exec(lineOf(metric))![1]}`]));
const prefixed = (prefix: string, ...names: readonly string[]): readonly string[] => names.map((name) => `${prefix}${name}`).sort();

describe('the rules of agents', () => {
  it('are those that upstream has, and as many of them active', () => {
    expect([...AGENT_RULES.keys()].filter((name) => !ACTIVE_AGENT_RULES.includes(name))).toEqual([
      'network-profiling',
      'spring-micrometer',
    ]);
    expect(ACTIVE_AGENT_RULES).toHaveLength(11);
    const metrics = compiled(...AGENT_RULES.keys());
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
    expect(scriptsOf(metrics).map(({ file }) => file)).toEqual([...AGENT_RULES.keys()].map((name) => `${name}.yaml`));
  });

  // Names of the metrics that dashboards ask for. Source: analysis.md 10.5 and 7 of query.md.
  it.each<[string, readonly string[]]>([
    ['datasource', ['meter_datasource']],
    ['threadpool', ['meter_thread_pool']],
    [
      'go-runtime',
      [
        ...prefixed('meter_instance_host_', 'cpu_used_rate', 'mem_used_rate'),
        ...prefixed(
          'meter_instance_golang_',
          'heap_alloc',
          'stack_used',
          'gc_pause_time',
          'gc_count',
          'os_threads_num',
          'live_goroutines_num',
        ),
      ],
    ],
    [
      'python-runtime',
      prefixed(
        'meter_instance_pvm_',
        ...['process', 'total'].flatMap((of) => [`${of}_cpu_utilization`, `${of}_mem_utilization`]),
        ...['gc_g0', 'gc_g1', 'gc_g2', 'gc_time', 'thread_active_count'],
      ),
    ],
    [
      'nodejs-runtime',
      prefixed('meter_instance_nodejs_', 'process_cpu', 'heap_used', 'heap_total', 'heap_limit', 'rss', 'external_memory'),
    ],
    [
      'php-runtime',
      prefixed(
        'meter_instance_php_',
        ...['process_cpu_utilization', 'memory_used_mb', 'memory_peak_mb', 'virtual_memory_mb', 'thread_count', 'open_fd_count'],
      ),
    ],
    [
      'ruby-runtime',
      prefixed(
        'meter_instance_ruby_',
        ...['cpu_usage_percent', 'memory_rss_mb', 'memory_usage_percent', 'heap_usage_percent', 'total_allocated_objects'],
        ...['gc_count_total', 'gc_minor_count_total', 'gc_major_count_total', 'gc_time_total'],
        ...['thread_count_active', 'thread_count_running', 'heap_live_slots_count'],
      ),
    ],
    [
      'continuous-profiling',
      prefixed('continuous_profiling_', 'process_cpu', 'process_thread_count', 'system_load', 'http_error_rate', 'http_avg_response_time'),
    ],
  ])('of %s have their names', (file, names) => {
    expect(Object.keys(lines(file)).sort()).toEqual([...names].sort());
  });

  it.each([
    ['java-agent', 'meter_java_agent_'],
    ['go-agent', 'meter_sw_go_'],
  ])('of %s watch its tracing contexts', (file, prefix) => {
    expect(lines(file)).toEqual({
      [`${prefix}created_tracing_context_count`]: 'service_instance avgLabeled(label)',
      [`${prefix}finished_tracing_context_count`]: 'service_instance avg()',
      [`${prefix}created_ignored_context_count`]: 'service_instance avgLabeled(label)',
      [`${prefix}finished_ignored_context_count`]: 'service_instance avg()',
      [`${prefix}possible_leaked_context_count`]: 'service_instance avgLabeled(label)',
      [`${prefix}interceptor_error_count`]: 'service_instance avgLabeled(label)',
      [`${prefix}tracing_context_execution_time_percentile`]: 'service_instance avgHistogramPercentile(label, 50, 75, 90, 95, 99)',
    });
  });

  it('of the Satellite are of services', () => {
    expect(lines('satellite')).toEqual({
      satellite_service_receive_event_count: 'service avgLabeled(label)',
      satellite_service_fetch_event_count: 'service avgLabeled(label)',
      satellite_service_queue_input_count: 'service avgLabeled(label)',
      satellite_service_send_event_count: 'service avgLabeled(label)',
      satellite_service_queue_total_capacity: 'service avgLabeled(label)',
      satellite_service_queue_used_count: 'service avgLabeled(label)',
      satellite_service_server_cpu_utilization: 'service latest()',
      satellite_service_grpc_connect_count: 'service latest()',
    });
  });

  it('of network profiling are the same for both sides, but for one name', () => {
    const sides = Object.entries(lines('network-profiling'));
    const of = (side: string) =>
      sides
        .filter(([name]) => name.startsWith(`process_relation_${side}_`))
        .map(([name, line]) => `${name.replace(`_${side}_`, '_').replace('connect_avg_exe', 'connect_exe')} ${line}`);
    expect(of('client')).toHaveLength(16);
    expect(of('client')).toEqual(of('server'));
    expect(of('client')).toContain('process_relation_write_cpm process_relation sumPerMin()');
    expect(of('client')).toContain(
      'process_relation_write_rtt_time_percentile process_relation sumHistogramPercentile(label, 50, 75, 90, 95, 99)',
    );
    expect(sides).toHaveLength(32);
  });
});
