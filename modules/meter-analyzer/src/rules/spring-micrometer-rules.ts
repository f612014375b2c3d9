const gauge = (name: string, change = ''): string => `
  - name: ${name}
    exp: ${name}${change}`;
const counter = (name: string, source = name): string => `
  - name: ${name}
    exp: ${source}.increase('PT1M')`;

/** Meters of Spring applications by way of Micrometer. Shares are stored as percents. Names: analysis.md 10.5. */
export const SPRING_MICROMETER = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  # Requests${counter('http_server_requests_count')}${counter('http_server_requests_duration', 'http_server_requests_sum')}
  # Connections to databases${['active', 'idle', 'max'].map((state) => gauge(`jdbc_connections_${state}`)).join('')}
  # The JVM${['committed', 'max', 'used'].map((size) => gauge(`jvm_memory_${size}`)).join('')}
  ${['daemon', 'live', 'peak'].map((kind) => gauge(`jvm_threads_${kind}`)).join('')}
  ${gauge('jvm_classes_loaded')}${counter('jvm_classes_unloaded')}
  ${counter('jvm_gc_pause_count')}${counter('jvm_gc_pause_duration', 'jvm_gc_pause_sum')}
  # Process and machine${gauge('process_cpu_usage', ' * 100')}${gauge('system_cpu_usage', ' * 100')}${gauge('system_load_average_1m')}
  ${gauge('process_files_max')}${gauge('process_files_open')}
  # Sessions${gauge('tomcat_sessions_active_current')}${gauge('tomcat_sessions_active_max')}${counter('tomcat_sessions_rejected')}
`;
