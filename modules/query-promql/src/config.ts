import { Duration, type Static, Type } from '@skein/core';

const text = (value: string, description: string) => Type.String({ default: value, maxLength: 200, description });

export const QueryPromqlConfig = Type.Object(
  {
    listener: Type.String({ default: 'prometheus', minLength: 1, description: 'Listener of the http-server' }),
    deadline: Duration({ default: '10s', minimum: '100ms', maximum: '10m', description: 'Longest time that one query may take' }),
    maxPoints: Type.Integer({
      default: 50_000,
      minimum: 501,
      maximum: 1_000_000,
      description: 'Most values that one selector of a query may give; more is an error',
    }),
    httpStatuses: Type.Boolean({
      default: false,
      description: "Answer errors with HTTP 400, 500 and 503, as Prometheus does; SkyWalking's answer is always 200, and the body says it",
    }),
    buildInfo: Type.Object(
      {
        version: text('2.45.0', 'Version of Prometheus that clients are to take this for'),
        revision: text('', 'Revision'),
        branch: text('', 'Branch'),
        buildUser: text('', 'Who built it'),
        buildDate: text('', 'When it was built'),
        goVersion: text('', 'Version of Go'),
      },
      { default: {}, additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export type QueryPromqlConfig = Static<typeof QueryPromqlConfig>;
