// What agents and the Satellite tell of themselves. Names as agents send them, and as dashboards ask for them: analysis.md 10.5.

const self = (layer: string, metricPrefix: string, name: string, source: string): string => `
metricPrefix: ${metricPrefix}
expSuffix: instance(['service'], ['instance'], Layer.${layer})
metricsRules:
  # Tracing contexts: begun, ended, perhaps never ended
  - name: ${name}created_tracing_context_count
    exp: ${source}created_tracing_context_counter.sum(['service', 'instance', 'created_by']).increase('PT1M')
  - name: ${name}finished_tracing_context_count
    exp: ${source}finished_tracing_context_counter.sum(['service', 'instance']).increase('PT1M')
  - name: ${name}created_ignored_context_count
    exp: ${source}created_ignored_context_counter.sum(['service', 'instance', 'created_by']).increase('PT1M')
  - name: ${name}finished_ignored_context_count
    exp: ${source}finished_ignored_context_counter.sum(['service', 'instance']).increase('PT1M')
  - name: ${name}possible_leaked_context_count
    exp: ${source}possible_leaked_context_counter.sum(['service', 'instance', 'source']).increase('PT1M')
  # What a context costs
  - name: ${name}tracing_context_execution_time_percentile
    exp: ${source}tracing_context_performance.sum(['service', 'instance', 'le']).histogram().histogram_percentile([50, 75, 90, 95, 99])
`;

/** The Java agent. */
export const JAVA_AGENT = `${self('SO11Y_JAVA_AGENT', 'meter_java_agent', '', '')}
  - name: interceptor_error_count
    exp: interceptor_error_counter.sum(['service', 'instance', 'plugin_name', 'inter_type']).increase('PT1M')
`;

/** The Go agent. */
export const GO_AGENT = `${self('SO11Y_GO_AGENT', 'meter', 'sw_go_', 'sw_go_')}
  - name: sw_go_interceptor_error_count
    exp: sw_go_interceptor_error_counter.sum(['service', 'instance', 'plugin_name']).increase('PT1M')
`;

/** The Satellite; its services are a group of their own. */
export const SATELLITE = `
metricPrefix: satellite
expSuffix: "tag({ tags -> tags.service = 'satellite::' + tags.service }).service(['service'], Layer.SO11Y_SATELLITE)"
metricsRules:
  # Events on their way: taken, fetched, queued, sent
  - name: service_receive_event_count
    exp: sw_stl_gatherer_receive_count.sum(['service', 'pipe', 'status']).increase('PT1M')
  - name: service_fetch_event_count
    exp: sw_stl_gatherer_fetch_count.sum(['service', 'pipe', 'status']).increase('PT1M')
  - name: service_queue_input_count
    exp: sw_stl_queue_output_count.sum(['service', 'pipe', 'status']).increase('PT1M')
  - name: service_send_event_count
    exp: sw_stl_sender_output_count.sum(['service', 'pipe', 'status']).increase('PT1M')
  # Queues
  - name: service_queue_total_capacity
    exp: sw_stl_pipeline_queue_total_capacity.sum(['service', 'pipeline'])
  - name: service_queue_used_count
    exp: sw_stl_pipeline_queue_partition_size.sum(['service', 'pipeline'])
  # The server in front
  - name: service_server_cpu_utilization
    exp: sw_stl_grpc_server_cpu_gauge.downsampling(LATEST)
  - name: service_grpc_connect_count
    exp: sw_stl_grpc_server_connection_count.downsampling(LATEST)
`;
