// Rules of the eBPF agent. Names as it sends them, and as dashboards ask for them: analysis.md 10.5.

const PROCESS = "['service', 'instance', 'process_name', 'layer']";
const PROCESS_URI = "['service', 'instance', 'process_name', 'layer', 'uri']";

/** What continuous profiling watches of a process. Values are multiplied so that what is kept as whole numbers has their fractions. */
export const CONTINUOUS_PROFILING = `
metricPrefix: continuous_profiling
expSuffix: process(['service'], ['instance'], ['process_name'], 'layer')
metricsRules:
  - name: process_cpu
    exp: rover_con_p_process_cpu.avg(${PROCESS}) * 10000
  - name: process_thread_count
    exp: rover_con_p_process_thread_count.avg(${PROCESS})
  - name: system_load
    exp: rover_con_p_system_load.avg(${PROCESS}) * 100
  - name: http_error_rate
    exp: rover_con_p_http_error_rate.avg(${PROCESS_URI}) * 100
  - name: http_avg_response_time
    exp: rover_con_p_http_avg_response_time.avg(${PROCESS_URI})
`;

const RELATION = "['service', 'instance', 'side', 'client_process_id', 'server_process_id', 'component']";
const RANKS = '[50, 75, 90, 95, 99]';

/** What happened so often, how much of it in bytes, how long it took. */
const perMinute = (side: string, name: string, source: string): string => `
  - name: ${side}_${name}
    exp: rover_net_p_${side}_${source}_counter.sum(${RELATION}).downsampling(SUM_PER_MIN)`;
const average = (side: string, name: string, source: string): string => `
  - name: ${side}_${name}
    exp: rover_net_p_${side}_${source}_counter.sum(${RELATION})`;
const percentile = (side: string, name: string, source: string): string => `
  - name: ${side}_${name}_percentile
    exp: rover_net_p_${side}_${source}_histogram.histogram().histogram_percentile(${RANKS}).downsampling(SUM)`;

/** One side of a connection. The name of the connect time differs between the sides: dashboards ask for it so. */
const sideRules = (side: string, connectTime: string): string =>
  [
    ...['write', 'read'].flatMap((way) => [
      perMinute(side, `${way}_cpm`, `${way}_counts`),
      perMinute(side, `${way}_total_bytes`, `${way}_bytes`),
      average(side, `${way}_avg_exe_time`, `${way}_exe_time`),
      percentile(side, `${way}_exe_time`, `${way}_exe_time`),
    ]),
    average(side, 'write_avg_rtt_time', 'write_rtt_exe_time'),
    percentile(side, 'write_rtt_time', 'write_rtt'),
    perMinute(side, 'connect_cpm', 'connect_counts'),
    average(side, connectTime, 'connect_exe_time'),
    perMinute(side, 'close_cpm', 'close_counts'),
    average(side, 'close_avg_exe_time', 'close_exe_time'),
    perMinute(side, 'retransmit_cpm', 'retransmit_counts'),
    perMinute(side, 'drop_cpm', 'drop_counts'),
  ].join('');

/**
 * What network profiling sees between processes. An end without a process id is a process that nobody reported; the component is that of the
 * protocol, by SkyWalking's numbers: HTTP 49, HTTPS 129, TLS 130, any other 50.
 */
export const NETWORK_PROFILING = `
metricPrefix: process_relation
expPrefix: |-
  forEach(['client', 'server'], { end, tags ->
    String id = tags[end + '_process_id']
    if (id == null) {
      if (tags[end + '_local'] == 'true') {
        tags[end + '_process_id'] = ProcessRegistry.generateVirtualLocalProcess(tags.service, tags.instance)
      } else {
        tags[end + '_process_id'] = ProcessRegistry.generateVirtualRemoteProcess(tags.service, tags.instance, tags[end + '_address'])
      }
    }
  })
  .tag({ tags ->
    if (tags.is_ssl == 'true') {
      tags.component = tags.protocol == 'http' ? '129' : '130'
    } else {
      tags.component = tags.protocol == 'http' ? '49' : '50'
    }
  })
expSuffix: processRelation('side', ['service'], ['instance'], 'client_process_id', 'server_process_id', 'component')
metricsRules:${sideRules('client', 'connect_exe_time')}${sideRules('server', 'connect_avg_exe_time')}
`;
