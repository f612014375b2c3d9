import type { Piece, Shown, TabPage } from '../dashboard.js';
import { area, line } from '../pieces.js';

/** A chart of metrics that share the beginning of their names: `[rest of the name, label]`. */
const chart = (
  make: typeof line,
  title: string,
  unit: string,
  prefix: string,
  metrics: ReadonlyArray<readonly [rest: string, label: string]>,
): Piece => make(title, ...metrics.map(([rest, label]): Shown => [`${prefix}${rest}`, label, unit]));

const MIB = '/1048576';

/** A page that can be chosen for instances that report `metric`. */
const page = (name: string, metric: string, pieces: readonly Piece[]): TabPage => ({ name, expression: `is_present(${metric})`, pieces });

const JVM = 'instance_jvm_';
const POOL = `${JVM}memory_pool_`;
const jvm = page('JVM', `${JVM}cpu`, [
  line('CPU', [`${JVM}cpu`, 'CPU', '%']),
  chart(area, 'Memory', 'MB', `${JVM}memory_`, [
    [`heap${MIB}`, 'Heap'],
    [`heap_max${MIB}`, 'Largest heap'],
    [`noheap${MIB}`, 'Other'],
    [`noheap_max${MIB}`, 'Largest other'],
  ]),
  chart(line, 'Garbage Collection: Time', 'ms', JVM, [
    ['young_gc_time', 'Young'],
    ['old_gc_time', 'Old'],
    ['normal_gc_time', 'Normal'],
  ]),
  chart(line, 'Garbage Collection: Runs', '', JVM, [
    ['young_gc_count', 'Young'],
    ['old_gc_count', 'Old'],
    ['normal_gc_count', 'Normal'],
  ]),
  chart(line, 'Threads', '', `${JVM}thread_`, [
    ['live_count', 'Live'],
    ['daemon_count', 'Daemons'],
    ['peak_count', 'Peak'],
  ]),
  chart(line, 'Threads by State', '', `${JVM}thread_`, [
    ['runnable_state_thread_count', 'Runnable'],
    ['blocked_state_thread_count', 'Blocked'],
    ['waiting_state_thread_count', 'Waiting'],
    ['timed_waiting_state_thread_count', 'Waiting for a time'],
  ]),
  chart(line, 'Classes', '', `${JVM}class_`, [
    ['loaded_class_count', 'Loaded'],
    ['total_loaded_class_count', 'Loaded ever'],
    ['total_unloaded_class_count', 'Unloaded ever'],
  ]),
  chart(line, 'Memory Pools: Objects', 'MB', POOL, [
    [`newgen${MIB}`, 'New generation'],
    [`oldgen${MIB}`, 'Old generation'],
    [`survivor${MIB}`, 'Survivor'],
    [`permgen${MIB}`, 'Permanent generation'],
    [`zheap${MIB}`, 'ZGC heap'],
  ]),
  chart(line, 'Memory Pools: Code', 'MB', POOL, [
    [`metaspace${MIB}`, 'Metaspace'],
    [`compressed_class_space${MIB}`, 'Compressed class space'],
    [`code_cache${MIB}`, 'Code cache'],
    [`codeheap_non_nmethods${MIB}`, 'Code heap: non-methods'],
    [`codeheap_profiled_nmethods${MIB}`, 'Code heap: profiled'],
    [`codeheap_non_profiled_nmethods${MIB}`, 'Code heap: not profiled'],
  ]),
]);

const CLR = 'instance_clr_';
const dotnet = page('.NET', `${CLR}cpu`, [
  line('CPU', [`${CLR}cpu`, 'CPU', '%']),
  area('Heap', [`${CLR}heap_memory${MIB}`, 'Heap', 'MB']),
  chart(line, 'Garbage Collection: Runs', '', `${CLR}gen`, [
    ['0_collect_count', 'Generation 0'],
    ['1_collect_count', 'Generation 1'],
    ['2_collect_count', 'Generation 2'],
  ]),
  chart(line, 'Thread Pool', '', CLR, [
    ['available_worker_threads', 'Free workers'],
    ['available_completion_port_threads', 'Free completion ports'],
    ['max_completion_port_threads', 'Most completion ports'],
  ]),
]);

const spring = page('Spring Sleuth', 'meter_process_cpu_usage', [
  chart(line, 'HTTP Requests', '', 'meter_http_server_requests_', [['count', 'Requests']]),
  chart(line, 'HTTP Requests: Duration', 'ms', 'meter_http_server_requests_', [['duration', 'Duration']]),
  chart(line, 'CPU', '%', 'meter_', [
    ['process_cpu_usage', 'Process'],
    ['system_cpu_usage', 'System'],
  ]),
  line('System Load', ['meter_system_load_average_1m', 'Load of a minute']),
  chart(line, 'JDBC Connections', '', 'meter_jdbc_connections_', [
    ['max', 'Most'],
    ['active', 'Active'],
    ['idle', 'Idle'],
  ]),
  chart(line, 'Tomcat Sessions', '', 'meter_tomcat_sessions_', [
    ['active_max', 'Most'],
    ['active_current', 'Active'],
    ['rejected', 'Rejected'],
  ]),
  chart(line, 'Files', '', 'meter_process_files_', [
    ['max', 'Most'],
    ['open', 'Open'],
  ]),
  chart(area, 'JVM Memory', 'MB', 'meter_jvm_memory_', [
    [`used${MIB}`, 'Used'],
    [`max${MIB}`, 'Most'],
  ]),
  chart(line, 'JVM Threads', '', 'meter_jvm_threads_', [
    ['live', 'Live'],
    ['daemon', 'Daemons'],
    ['peak', 'Peak'],
  ]),
  chart(line, 'JVM Classes', '', 'meter_jvm_classes_', [
    ['loaded', 'Loaded'],
    ['unloaded', 'Unloaded'],
  ]),
  line('JVM Garbage Collection', ['meter_jvm_gc_pause_duration', 'Pause', 'ms']),
]);

const GO = 'meter_instance_golang_';
const golang = page('Golang', `${GO}live_goroutines_num`, [
  chart(line, 'Goroutines and Threads', '', GO, [
    ['live_goroutines_num', 'Goroutines'],
    ['os_threads_num', 'Threads'],
  ]),
  line('Garbage Collection: Pauses', [`${GO}gc_pauses/1000000`, 'Pause', 'ms']),
  line('Garbage Collection: Runs', [`${GO}gc_count_labeled`, 'Runs']),
  area('Memory: Heap', [`${GO}memory_heap_labeled/1024/1024`, 'Heap', 'MB']),
  line('Memory: Allocations', [`${GO}heap_alloc_rate/1024/1024`, 'Allocated', 'MB / min']),
  line('Memory: Frees', [`${GO}heap_frees/1024/1024`, 'Freed', 'MB']),
  line('Heap: Goal', [`${GO}gc_heap_goal/1024/1024`, 'Goal', 'MB']),
  line('Heap: Objects', [`${GO}gc_heap_objects`, 'Objects']),
  line('Heap: Allocations by Size', [`${GO}gc_heap_allocs_by_size/1024`, 'Allocated', 'KB']),
  line('Heap: Frees by Size', [`${GO}gc_heap_frees_by_size/1024`, 'Freed', 'KB']),
  line('Metadata', [`${GO}metadata_mspan_labeled`, 'mspan', 'bytes'], [`${GO}metadata_mcache_labeled`, 'mcache', 'bytes']),
  line('Scheduler', [`${GO}sched_latencies/1000000`, 'Latency', 'ms']),
  line('Calls of C', [`${GO}cgo_calls`, 'Calls']),
]);

const PVM = 'meter_instance_pvm_';
const python = page('PVM', `${PVM}process_cpu_utilization`, [
  chart(line, 'CPU', '%', PVM, [
    ['process_cpu_utilization', 'Process'],
    ['total_cpu_utilization', 'System'],
  ]),
  chart(line, 'Memory', '%', PVM, [
    ['process_mem_utilization', 'Process'],
    ['total_mem_utilization', 'System'],
  ]),
  line('Threads', [`${PVM}thread_active_count`, 'Active']),
  chart(line, 'Garbage Collection: Runs', '', `${PVM}gc_`, [
    ['g0', 'Generation 0'],
    ['g1', 'Generation 1'],
    ['g2', 'Generation 2'],
  ]),
  line('Garbage Collection: Time', [`${PVM}gc_time`, 'Time', 'ms']),
]);

const RUBY = 'meter_instance_ruby_';
const ruby = page('Ruby', `${RUBY}cpu_usage_percent`, [
  line('CPU', [`${RUBY}cpu_usage_percent`, 'CPU', '%']),
  area('Memory', [`${RUBY}memory_rss_mb`, 'Resident', 'MB']),
  chart(line, 'Memory in Use', '%', RUBY, [
    ['memory_usage_percent', 'Memory'],
    ['heap_usage_percent', 'Heap'],
  ]),
  chart(line, 'Threads', '', `${RUBY}thread_count_`, [
    ['active', 'Active'],
    ['running', 'Running'],
  ]),
  chart(line, 'Garbage Collection: Runs', '', `${RUBY}gc_`, [
    ['count_total', 'All'],
    ['minor_count_total', 'Minor'],
    ['major_count_total', 'Major'],
  ]),
  line('Garbage Collection: Time', [`${RUBY}gc_time_total`, 'Time', 'ms']),
  chart(line, 'Heap Slots', '', `${RUBY}heap_`, [
    ['live_slots_count', 'Live'],
    ['available_slots_count', 'Available'],
  ]),
]);

/** What the runtimes of programming languages tell of an instance, a page for each. */
export const runtimePages: readonly TabPage[] = [jvm, dotnet, spring, golang, python, ruby];
