import { type Static, Type } from '@skein/core';

export const LogAnalyzerConfig = Type.Object(
  {
    rules: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      maxItems: 1000,
      description:
        'Files of log analysis rules of your own, YAML, relative to the working directory; a rule takes the place of a built-in one of the same layer and name',
    }),
    disable: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Rules that shall not run, as LAYER/name; GENERAL/default is the one that keeps every log',
    }),
    searchableLogsTags: Type.Array(Type.String({ minLength: 1, maxLength: 250 }), {
      default: ['level', 'http.status_code', 'ai_route_type'],
      maxItems: 200,
      description: 'Keys of the tags by which logs can be searched',
    }),
    maxSlowSQLLength: Type.Integer({
      default: 2000,
      minimum: 1,
      maximum: 2700,
      description: 'Characters of a slow statement that are stored',
    }),
    logTestTool: Type.Boolean({
      default: false,
      description: 'Lets whoever may query try rules on logs (the query `test`); nothing is stored',
    }),
  },
  { additionalProperties: false },
);

export type LogAnalyzerConfig = Static<typeof LogAnalyzerConfig>;
