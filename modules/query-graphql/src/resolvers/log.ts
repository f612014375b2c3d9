import { parseJson } from '@skein/proto';
import { logFromJson } from '@skein/proto/logging';
import type { LogFilter, LogQuery, StoredLog, TimeQuery } from '@skein/query/contract';
import { QueryError } from '@skein/query/contract';
import { endpointId, instanceId, type LogMessage, type LogTrial } from '@skein/telemetry';
import type { GraphqlContext, GraphqlResolverMap } from '../contract.js';
import { conditionId, counted, type DurationInput, type ServiceCondition, type Timed } from './arguments.js';
import { traced } from './debugging.js';

interface CommonCondition {
  readonly relatedTrace?: { readonly traceId: string; readonly segmentId?: string | null; readonly spanId?: number | null } | null;
  readonly queryDuration?: DurationInput | null;
  readonly paging: { readonly pageNum?: number | null; readonly pageSize: number };
  readonly tags?: ReadonlyArray<{ readonly key: string; readonly value?: string | null }> | null;
  readonly keywordsOfContent?: readonly string[] | null;
  readonly excludingKeywordsOfContent?: readonly string[] | null;
  readonly queryOrder?: 'ASC' | 'DES' | null;
}
interface ById extends CommonCondition {
  readonly serviceId?: string | null;
  readonly serviceInstanceId?: string | null;
  readonly endpointId?: string | null;
}
interface ByName extends CommonCondition {
  readonly service?: ServiceCondition | null;
  readonly instance?: (ServiceCondition & { readonly instanceName: string }) | null;
  readonly endpoint?: (ServiceCondition & { readonly endpointName: string }) | null;
}

/** Longest log and rule that are tried, UTF-16 units. */
const MAX_TRIED = 65_536;
const NO_PODS = 'logs of pods are not served';

const shown = ({ instanceId: serviceInstanceId, instanceName: serviceInstanceName, ...log }: StoredLog) => ({
  ...log,
  serviceInstanceId,
  serviceInstanceName,
});

export function logResolvers(logs: LogQuery, time: TimeQuery, trial: LogTrial | undefined): GraphqlResolverMap {
  const filter = (c: CommonCondition): LogFilter => ({
    ...related(c.relatedTrace),
    ...(c.queryDuration && { duration: time.parse(c.queryDuration) }),
    tags: (c.tags ?? []).map(({ key, value }) => `${key.trim()}=${(value ?? '').trim()}`),
    include: given(c.keywordsOfContent),
    exclude: given(c.excludingKeywordsOfContent),
    order: c.queryOrder === 'ASC' ? 'earliest-first' : 'latest-first',
    page: { page: c.paging.pageNum ?? 1, size: c.paging.pageSize },
  });
  const list = async (f: LogFilter, o: GraphqlContext) => ({ errorReason: null, logs: (await counted(logs.list(f, o), o)).map(shown) });
  return {
    Query: {
      queryLogs: (_, a: { condition?: ById | null; debug?: boolean | null }, o) =>
        traced(a.debug, 'logs', a.condition, async () => {
          const c = conditionOf(a.condition);
          return list(
            {
              ...filter(c),
              ...(c.serviceId && { serviceId: c.serviceId }),
              ...(c.serviceInstanceId && { instanceId: c.serviceInstanceId }),
              ...(c.endpointId && { endpointId: c.endpointId }),
            },
            o,
          );
        }),
      queryLogsByName: (_, a: { condition?: ByName | null; debug?: boolean | null }, o) =>
        traced(a.debug, 'logs', a.condition, async () => {
          const c = conditionOf(a.condition);
          return list(
            {
              ...filter(c),
              ...(c.service && { serviceId: conditionId(c.service) }),
              ...(c.instance && { instanceId: instanceId(conditionId(c.instance), c.instance.instanceName) }),
              ...(c.endpoint && { endpointId: endpointId(conditionId(c.endpoint), c.endpoint.endpointName) }),
            },
            o,
          );
        }),
      supportQueryLogsByKeywords: () => logs.searchesContent,
      queryLogTagAutocompleteKeys: (_, a: Timed, o) => logs.tagKeys(time.parse(a.duration), o),
      queryLogTagAutocompleteValues: (_, a: Timed & { tagKey: string }, o) => logs.tagValues(a.tagKey, time.parse(a.duration), o),
      ...(trial && { test: (_, a: { requests: { log: string; dsl: string } }) => tried(logs, trial, a.requests.log, a.requests.dsl) }),
      listContainers: () => ({ errorReason: NO_PODS, containers: [] }),
      ondemandPodLogs: () => ({ errorReason: NO_PODS, logs: [] }),
    },
  };
}

function conditionOf<C>(condition: C | null | undefined): C {
  if (condition === null || condition === undefined)
    throw new QueryError('a log query needs a condition with queryDuration or relatedTrace');
  return condition;
}

/** Empty texts are no condition: some clients send all members. */
function related(trace: CommonCondition['relatedTrace']): Pick<LogFilter, 'traceId' | 'segmentId' | 'spanId'> {
  if (!trace) return {};
  const { traceId, segmentId, spanId } = trace;
  return {
    ...(traceId && { traceId }),
    ...(segmentId && { segmentId }),
    ...(segmentId && typeof spanId === 'number' && { spanId }),
  };
}

const given = (texts: readonly string[] | null | undefined): readonly string[] => (texts ?? []).filter((text) => text.trim() !== '');

/** Runs a log, written as JSON, through a rule. */
function tried(logs: LogQuery, trial: LogTrial, log: string, dsl: string) {
  if (!trial.enabled) throw new QueryError('the log test tool is off; modules.log-analyzer.logTestTool: true switches it on');
  if (log.length > MAX_TRIED || dsl.length > MAX_TRIED) throw new QueryError(`log and rule have at most ${MAX_TRIED} characters`);
  const result = runTrial(trial, log, dsl);
  return {
    log: result.log && shown(logs.shown(result.log)),
    metrics: result.metrics.map(({ name, labels, value, timestamp }) => ({
      name,
      tags: [...labels].map(([key, of]) => ({ key, value: of })),
      value: Math.round(value),
      timestamp,
    })),
  };
}

function runTrial(trial: LogTrial, log: string, dsl: string) {
  try {
    const { trace, ...fields } = logFromJson(parseJson(Buffer.from(log, 'utf8')));
    const message: LogMessage = { ...fields, weight: log.length, ...(trace && { trace }) };
    return trial.run(message, dsl);
  } catch (error) {
    throw new QueryError((error as Error).message, { cause: error });
  }
}
