import type { LogRuleFile } from '@skein/telemetry';

/** Every log is kept: of services that name the layer GENERAL, or none. */
const DEFAULT = `
rules:
  - name: default
    layer: GENERAL
    dsl: |
      filter {
        sink {}
      }
`;

/** Access and error logs of proxies in a mesh and of gateways to models, sent as native logs by the data plane: all of them. */
const MESH = `
rules:
  - name: proxy-logs
    layer: MESH
    dsl: |
      filter {
        sink {}
      }
  - name: proxy-logs
    layer: MESH_DP
    dsl: |
      filter {
        sink {}
      }
  - name: proxy-logs
    layer: ENVOY_AI_GATEWAY
    dsl: |
      filter {
        sink {}
      }
`;

/** Databases whose log collectors send slow statements as JSON, with the tag LOG_KIND = SLOW_SQL. */
const slowStatements = (layer: string): string => `
rules:
  - name: slow-statements
    layer: ${layer}
    outputType: SlowSQL
    dsl: |
      filter {
        if (tag("LOG_KIND") != "SLOW_SQL") {
          abort {}
        }
        json {}
        extractor {
          service parsed.service as String
          layer parsed.layer as String
          timestamp parsed.time
          id parsed.id as String
          statement parsed.statement as String
          latency parsed.query_time as Long
        }
        sink {}
      }
`;

/** Access logs and error logs of Nginx, as a log collector sends them with the tag LOG_KIND. The status and the level become searchable. */
const NGINX = `
rules:
  - name: nginx-access-log
    layer: NGINX
    dsl: |
      filter {
        if (tag("LOG_KIND") != "NGINX_ACCESS_LOG") {
          abort {}
        }
        text {
          abortOnFailure false
          regexp $/"[^"]*" (?<status>[1-5][0-9][0-9])(?: |$)/$
        }
        extractor {
          tag 'http.status_code': parsed.status
        }
        sink {}
      }
  - name: nginx-error-log
    layer: NGINX
    dsl: |
      filter {
        if (tag("LOG_KIND") != "NGINX_ERROR_LOG") {
          abort {}
        }
        text {
          abortOnFailure false
          regexp $/^[0-9/]+ [0-9:]+ \\[(?<level>[a-z]+)\\]/$
        }
        extractor {
          tag level: parsed.level
        }
        sink {}
      }
`;

/** The rules that the module brings. */
export const SHIPPED_RULES: readonly LogRuleFile[] = [
  { file: 'default.yaml', text: DEFAULT },
  { file: 'mesh.yaml', text: MESH },
  { file: 'mysql-slow-statements.yaml', text: slowStatements('MYSQL') },
  { file: 'postgresql-slow-statements.yaml', text: slowStatements('POSTGRESQL') },
  { file: 'redis-slow-statements.yaml', text: slowStatements('REDIS') },
  { file: 'nginx.yaml', text: NGINX },
];
