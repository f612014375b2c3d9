import type { ConfigSource } from '../config/yaml-tree.js';

/** What runs when nothing is configured; a `skein.yml` is laid over it. The variables are those that SkyWalking users know. */
export const DEFAULT_CONFIG: ConfigSource = {
  name: '(default configuration)',
  positions: false,
  text: `
modules:
  storage-level:
    path: \${SKEIN_DATA:./data}
  naming: {}
  aggregation: {}
  trace-analyzer: {}
  trace-receiver: {}
  management: {}
  dynamic-config: {}
  jvm-receiver: {}
  clr-receiver: {}
  mesh-receiver: {}
  meter-receiver: {}
  meter-analyzer: {}
  log-receiver: {}
  log-analyzer: {}
  events: {}
  browser: {}
  profiling: {}
  ebpf-profiling: {}
  query: {}
  query-graphql: {}
  grpc-server:
    listeners:
      grpc: { host: \${SW_CORE_GRPC_HOST:127.0.0.1}, port: \${SW_CORE_GRPC_PORT:11800} }
  http-server:
    listeners:
      rest: { host: \${SW_CORE_REST_HOST:127.0.0.1}, port: \${SW_CORE_REST_PORT:12800} }
      # A listener on which no module has a route stays closed: these wait for zipkin-receiver, query-zipkin, query-promql, query-logql and query-traceql.
      zipkin: { host: \${SW_RECEIVER_ZIPKIN_REST_HOST:127.0.0.1}, port: \${SW_RECEIVER_ZIPKIN_REST_PORT:9411} }
      zipkin-query: { host: \${SW_QUERY_ZIPKIN_REST_HOST:127.0.0.1}, port: \${SW_QUERY_ZIPKIN_REST_PORT:9412}, contextPath: /zipkin }
      prometheus: { host: \${SW_PROMQL_REST_HOST:127.0.0.1}, port: \${SW_PROMQL_REST_PORT:9090} }
      loki: { host: \${SW_LOGQL_REST_HOST:127.0.0.1}, port: \${SW_LOGQL_REST_PORT:3100} }
      tempo: { host: \${SW_TRACEQL_REST_HOST:127.0.0.1}, port: \${SW_TRACEQL_REST_PORT:3200} }
`,
};

/** Names that a slip of the fingers may have meant although they are not switched on. */
export const MODULES_OF_THE_HOUSE: readonly string[] = [
  'storage-memory',
  'zipkin-receiver',
  'zipkin-analyzer',
  'query-zipkin',
  'query-promql',
  'ui-host',
];
