import type { Dashboard, Piece, TabPage } from '../dashboard.js';
import { control, line, samples, tabs } from '../pieces.js';

const layer = 'MESH';

const CONTINUOUS = 'continuous_profiling';
const processPieces: readonly Piece[] = [
  line('CPU', [`${CONTINUOUS}_process_cpu/10000`, 'CPU', '%']),
  line('Threads', [`${CONTINUOUS}_process_thread_count`, 'Threads']),
  line('System Load', [`${CONTINUOUS}_system_load`, 'Load']),
  line('HTTP: Error Rate', [`${CONTINUOUS}_http_error_rate/100`, 'Error Rate', '%']),
  line('HTTP: Latency', [`${CONTINUOUS}_http_avg_response_time`, 'Latency', 'ms']),
  control('TaskTimeline'),
];

type Side = 'client' | 'server';

/** What the sockets of two processes did, as one of them saw it. */
function socketPage(name: string, side: Side): TabPage {
  const metric = (rest: string): string => `process_relation_${side}_${rest}`;
  // The client's metric of connecting has no `avg` in its name (query.md 7.2).
  const connect = side === 'client' ? 'connect_exe_time' : 'connect_avg_exe_time';
  return {
    name,
    pieces: [
      line('Operations', [metric('write_cpm'), 'Writes', 'calls / min'], [metric('read_cpm'), 'Reads', 'calls / min']),
      line(
        'Bytes',
        [`${metric('write_total_bytes')}/1024`, 'Written', 'KB / min'],
        [`${metric('read_total_bytes')}/1024`, 'Read', 'KB / min'],
      ),
      line(
        'Latency',
        [`${metric('write_avg_exe_time')}/1000000`, 'Write', 'ms'],
        [`${metric('read_avg_exe_time')}/1000000`, 'Read', 'ms'],
        [`${metric(connect)}/1000000`, 'Connect', 'ms'],
        [`${metric('close_avg_exe_time')}/1000000`, 'Close', 'ms'],
      ),
      line('Connections', [metric('connect_cpm'), 'Opened', 'calls / min'], [metric('close_cpm'), 'Closed', 'calls / min']),
      line('Round Trip', [metric('write_avg_rtt_time'), 'Mean', 'µs']),
      line('Round Trip: Percentiles', [metric('write_rtt_time_percentile'), 'Round trip', 'µs']),
      line('Write: Percentiles', [`${metric('write_exe_time_percentile')}/1000000`, 'Write', 'ms']),
      line('Read: Percentiles', [`${metric('read_exe_time_percentile')}/1000000`, 'Read', 'ms']),
    ],
  };
}

const HTTP = 'process_relation_http1';
const httpPage: TabPage = {
  name: 'HTTP/1.x',
  pieces: [
    line('Requests', [`${HTTP}_request_cpm`, 'Requests', 'calls / min']),
    line('Responses by Status', [`${HTTP}_response_status_cpm`, 'Responses', 'calls / min']),
    line('Duration', [`${HTTP}_client_duration`, 'Client', 'ms'], [`${HTTP}_server_duration`, 'Server', 'ms']),
    line('Size', [`${HTTP}_request_package_size/1024`, 'Requests', 'KB'], [`${HTTP}_response_package_size/1024`, 'Responses', 'KB']),
    line('Size of Requests: Percentiles', [`${HTTP}_request_package_size_percentile/1024`, 'Requests', 'KB']),
    line('Size of Responses: Percentiles', [`${HTTP}_response_package_size_percentile/1024`, 'Responses', 'KB']),
    line('Duration at the Client: Percentiles', [`${HTTP}_client_duration_percentile`, 'Client', 'ms']),
    line('Duration at the Server: Percentiles', [`${HTTP}_server_duration_percentile`, 'Server', 'ms']),
    samples('Slow Requests', 'top_n(sampled_slow_trace_record,50,DES)'),
    samples('Requests That Answered 4xx', 'top_n(sampled_status_4xx_trace_record,50,DES)'),
    samples('Requests That Answered 5xx', 'top_n(sampled_status_5xx_trace_record,50,DES)'),
  ],
};

/** Processes of a mesh, and the connections between them. */
export const processDashboards: readonly Dashboard[] = [
  { layer, entity: 'Process', name: 'Mesh-Process', isDefault: true, pieces: processPieces },
  {
    layer,
    entity: 'ProcessRelation',
    name: 'Mesh-Process-Relation-Metrics',
    pieces: [tabs(socketPage('Client Side', 'client'), socketPage('Server Side', 'server'), httpPage)],
  },
];
