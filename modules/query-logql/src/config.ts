import { ByteSize, Duration, type Static, Type } from '@skein/core';

export const QueryLogqlConfig = Type.Object(
  {
    listener: Type.String({ default: 'loki', minLength: 1, description: 'Listener of the http-server' }),
    deadline: Duration({ default: '10s', minimum: '100ms', maximum: '10m', description: 'Longest time that one query may take' }),
    maxEntries: Type.Integer({ default: 5000, minimum: 1, maximum: 50_000, description: 'Most logs that one query may ask for' }),
    maxAnswer: ByteSize({
      default: '8MiB',
      minimum: '256KiB',
      maximum: '256MiB',
      description: 'Logs of one answer, UTF-16 units; those that do not fit are left out, and a warning says so',
    }),
    lookback: Duration({ default: '1h', minimum: '1m', maximum: '365d', description: 'Time range of queries that name no start' }),
    entityLabels: Type.Boolean({
      default: false,
      description:
        "List service, service_instance, endpoint and trace_id among the labels, for Grafana's query builder; SkyWalking lists the keys of tags only",
    }),
  },
  { additionalProperties: false },
);

export type QueryLogqlConfig = Static<typeof QueryLogqlConfig>;
