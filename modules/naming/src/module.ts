import { defineModule, Type } from '@skein/core';
import { BootError, type Problem } from '@skein/core/host';
import { NamingToken } from '@skein/telemetry';
import { CardinalityGuard } from './cardinality-guard.js';
import { GroupingRules } from './grouping-rules.js';
import { NameControl } from './name-control.js';
import { readGrouping } from './read-grouping.js';
import { readOpenapi } from './read-openapi.js';

/** Distinct ungrouped endpoint names that are kept over all services: some 100 MB of names at the very most. */
const NAMES_IN_ALL = 300_000;

const length = (usual: number, most: number, what: string) =>
  Type.Integer({ default: usual, minimum: 1, maximum: most, description: `Longest name of ${what}, in UTF-16 units; longer ones are cut` });

/** Names keep within what ids and storage fields hold, also when they are all of three-byte characters. */
const Config = Type.Object(
  {
    serviceNameMaxLength: length(70, 100, 'a service'),
    instanceNameMaxLength: length(70, 100, 'an instance'),
    endpointNameMaxLength: length(150, 240, 'an endpoint'),
    maxHttpUrisNumberPerService: Type.Integer({
      default: 3000,
      minimum: 1,
      maximum: 100_000,
      description: 'Endpoint names that fit no rule, per service and 10 minutes; when there are more, all become _abandoned',
    }),
    endpointNameGrouping: Type.String({ default: '', description: 'Path of endpoint-name-grouping.yml; empty: none' }),
    openapiDefinitions: Type.String({
      default: '',
      description: 'Directory of OpenAPI definitions, in a folder for each service; empty: none',
    }),
  },
  { additionalProperties: false },
);

/** Cuts names to their limits, and keeps the endpoints of a service few. */
export default defineModule({
  name: 'naming',
  config: Config,
  provides: [NamingToken],
  activate({ config, meter, clock, logger, provide, onReady }) {
    const guard = new CardinalityGuard(() => clock.now(), config.maxHttpUrisNumberPerService, NAMES_IN_ALL);
    const control = new NameControl(
      { service: config.serviceNameMaxLength, instance: config.instanceNameMaxLength, endpoint: config.endpointNameMaxLength },
      guard,
    );
    provide(NamingToken, control);
    meter.gauge('endpoint_names_abandoned', 'How often an endpoint name was replaced by _abandoned', () => control.abandoned);
    meter.gauge('endpoint_names_services_full', 'Services that have too many endpoint names just now', () => guard.full);
    meter.gauge('endpoint_names_held', 'Ungrouped endpoint names in the current windows', () => guard.size);
    meter.gauge(
      'endpoint_names_windows_cut',
      'Windows that ended early because all services together had too many names',
      () => guard.cutShort,
    );
    onReady(async () => {
      const rules = new GroupingRules();
      const problems: Problem[] = [];
      const format = (name: string): string => control.service(name);
      if (config.openapiDefinitions !== '') await readOpenapi(config.openapiDefinitions, rules, format, problems);
      if (config.endpointNameGrouping !== '') await readGrouping(config.endpointNameGrouping, rules, format, problems);
      if (problems.length > 0) throw new BootError(problems);
      control.use(rules);
      if (rules.size > 0) logger.info('endpoint names are grouped by rules', { services: rules.size });
    });
  },
});
