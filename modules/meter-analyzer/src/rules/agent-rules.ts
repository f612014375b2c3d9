import { GO_AGENT, JAVA_AGENT, SATELLITE } from './agent-self-rules.js';
import { DATASOURCE, GO_RUNTIME, NODEJS_RUNTIME, PHP_RUNTIME, PYTHON_RUNTIME, RUBY_RUNTIME, THREADPOOL } from './instance-rules.js';
import { CONTINUOUS_PROFILING, NETWORK_PROFILING } from './process-rules.js';
import { SPRING_MICROMETER } from './spring-micrometer-rules.js';

/** Rule files for the meters of native agents, by the name under which the configuration makes them active. */
export const AGENT_RULES: ReadonlyMap<string, string> = new Map([
  ['datasource', DATASOURCE],
  ['threadpool', THREADPOOL],
  ['satellite', SATELLITE],
  ['go-runtime', GO_RUNTIME],
  ['python-runtime', PYTHON_RUNTIME],
  ['continuous-profiling', CONTINUOUS_PROFILING],
  ['java-agent', JAVA_AGENT],
  ['go-agent', GO_AGENT],
  ['ruby-runtime', RUBY_RUNTIME],
  ['php-runtime', PHP_RUNTIME],
  ['nodejs-runtime', NODEJS_RUNTIME],
  ['network-profiling', NETWORK_PROFILING],
  ['spring-micrometer', SPRING_MICROMETER],
]);

/** Those that a host without settings uses. Source: analysis.md 10.5. */
export const ACTIVE_AGENT_RULES: readonly string[] = [...AGENT_RULES.keys()].filter(
  (name) => name !== 'network-profiling' && name !== 'spring-micrometer',
);
