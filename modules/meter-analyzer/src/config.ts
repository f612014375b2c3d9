import { type Static, Type } from '@skein/core';
import { ACTIVE_AGENT_RULES, AGENT_RULES } from './rules/agent-rules.js';

export const MeterAnalyzerConfig = Type.Object(
  {
    meterAnalyzerActiveFiles: Type.Array(Type.String(), {
      default: [...ACTIVE_AGENT_RULES],
      description: `Rule files for the meters of native agents that are used. There are: ${[...AGENT_RULES.keys()].join(', ')}`,
    }),
    rules: Type.Record(Type.String(), Type.Array(Type.String()), {
      default: {},
      description:
        'Rule files of your own, relative to the working directory, by the group of samples that they see: "agent" for native meters, "log" for what log rules extract',
    }),
    maxCounters: Type.Integer({
      default: 100_000,
      minimum: 100,
      maximum: 10_000_000,
      description: 'Series of counters whose earlier values are remembered for increases and rates; the longest unseen go first',
    }),
  },
  { additionalProperties: false },
);

export type MeterAnalyzerConfig = Static<typeof MeterAnalyzerConfig>;
