import { Type } from '@skein/core';
import { THRESHOLDS_TEXT } from './thresholds.js';

const thresholds = (defaults: Readonly<Record<string, number>>, what: string) =>
  Type.Union(
    [
      Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
      Type.String({ pattern: THRESHOLDS_TEXT, maxLength: 4096 }),
    ],
    {
      default: defaults,
      description: `${what} slower than this, in ms, are recorded; by type, in lower case, \`default\` for the others; also as text \`default:200,mongodb:100\``,
    },
  );
const rate = Type.Integer({ minimum: 0, maximum: 10_000, description: 'Stored traces of 10 000' });
const duration = Type.Integer({ minimum: -1, description: 'Segments of at least this latency, in ms, are always stored; -1: off' });

const Sampling = Type.Object(
  {
    default: Type.Object({ rate: Type.Optional(rate), duration: Type.Optional(duration) }, { default: {}, additionalProperties: false }),
    services: Type.Array(
      Type.Object(
        { name: Type.String({ minLength: 1 }), rate: Type.Optional(rate), duration: Type.Optional(duration) },
        { additionalProperties: false },
      ),
      { default: [], description: 'By service name, as agents send it; what is left out is as in `default`' },
    ),
  },
  { default: {}, additionalProperties: false, description: 'Which trace segments are stored; metrics always see all' },
);

const Gateway = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    instances: Type.Array(
      Type.Object(
        { host: Type.String({ minLength: 1 }), port: Type.Integer({ minimum: 1, maximum: 65_535, default: 80 }) },
        { additionalProperties: false },
      ),
      { default: [] },
    ),
  },
  { additionalProperties: false },
);

/** Settings carry the names that SkyWalking gives them. */
export const AnalyzerConfig = Type.Object(
  {
    traceAnalysis: Type.Boolean({ default: true, description: 'Metrics and topology from traces; false: traces are only stored' }),
    slowDBAccessThreshold: thresholds({ default: 200, mongodb: 100 }, 'Database statements'),
    slowCacheReadThreshold: thresholds({ default: 20, redis: 10 }, 'Cache reads'),
    slowCacheWriteThreshold: thresholds({ default: 20, redis: 10 }, 'Cache writes'),
    maxSlowSQLLength: Type.Integer({
      default: 2000,
      minimum: 1,
      maximum: 2700,
      description: 'Characters of a slow statement or command that are stored',
    }),
    forceSampleErrorSegment: Type.Boolean({ default: true, description: 'Store segments in error whatever the sampling rate' }),
    segmentStatusAnalysisStrategy: Type.Enum(['FROM_SPAN_STATUS', 'FROM_ENTRY_SPAN', 'FROM_FIRST_SPAN'], {
      default: 'FROM_SPAN_STATUS',
      description: 'Which spans decide whether a segment is in error: any, entry spans, or the first',
    }),
    samplingPolicy: Sampling,
    gateways: Type.Array(Gateway, { default: [], description: 'Gateways that carry no agent' }),
    noUpstreamRealAddressAgents: Type.Array(Type.Integer(), {
      default: [6000, 9000],
      description: 'Components whose peer is not the address of one instance: proxies',
    }),
    searchableTracesTags: Type.Array(Type.String({ minLength: 1, maxLength: 250 }), {
      default: ['http.method', 'http.status_code', 'rpc.status_code', 'db.type', 'db.instance', 'mq.queue', 'mq.topic', 'mq.broker'],
      maxItems: 200,
      description: 'Keys of the span tags by which traces can be searched',
    }),
  },
  { additionalProperties: false },
);
