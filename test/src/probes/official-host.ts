import aggregation from '@skein/aggregation';
import { createTestHost, TEST_START, type TestHost, type TestHostOptions } from '@skein/core/testing';
import naming from '@skein/naming';
import query from '@skein/query';
import queryGraphql from '@skein/query-graphql';
import storageMemory from '@skein/storage-memory';
import traceAnalyzer from '@skein/trace-analyzer';

// For the tests that want both.
export { reflectedEncoder } from './reflected-encoder.js';

/** The minute in which the clock of test hosts stands. */
export const MINUTE = TEST_START - (TEST_START % 60_000);
/** That minute and the next, as queries write it. */
export const DURATION = { start: '2024-01-02 0304', end: '2024-01-02 0305', step: 'MINUTE' } as const;

export type Entity = Readonly<Record<string, string | boolean>>;

/** A host that stores, analyses and answers, with the modules under test; asked over its GraphQL door. */
export interface OfficialHost extends AsyncDisposable {
  readonly kit: TestHost;
  /** The data of a GraphQL document; throws the first error. */
  ask<T>(document: string, variables?: object): Promise<T>;
  /** Values of an expression in {@link DURATION} that are there, in order of time. */
  values(expression: string, entity: Entity): Promise<readonly number[]>;
}

export async function officialHost(
  modules: TestHostOptions['modules'],
  config: Readonly<Record<string, object>> = {},
): Promise<OfficialHost> {
  const kit = await createTestHost({
    modules: [storageMemory, naming, aggregation, traceAnalyzer, query, queryGraphql, ...modules],
    config: { aggregation: { window: 0 }, ...config },
  });
  const ask = async <T>(document: string, variables: object = {}): Promise<T> => {
    const reply = await kit.http('/graphql', { method: 'POST', body: { query: document, variables } });
    const { data, errors } = JSON.parse(String(reply.body)) as { data: T; errors?: readonly { readonly message: string }[] };
    if (errors !== undefined) throw new Error(`${errors[0]?.message} in ${document}`);
    return data;
  };
  return {
    kit,
    ask,
    async values(expression, entity) {
      const { execExpression } = await ask<{ execExpression: Expression }>(
        `query ($expression: String!, $entity: Entity!, $duration: Duration!) {
          execExpression(expression: $expression, entity: $entity, duration: $duration) { error results { values { value } } }
        }`,
        { expression, entity, duration: DURATION },
      );
      if (execExpression.error !== null) throw new Error(`${execExpression.error} in ${expression}`);
      return execExpression.results.flatMap((r) => r.values.flatMap(({ value }) => (value === null ? [] : [Number(value)])));
    },
    [Symbol.asyncDispose]: () => kit[Symbol.asyncDispose](),
  };
}

interface Expression {
  readonly error: string | null;
  readonly results: ReadonlyArray<{ readonly values: ReadonlyArray<{ readonly value: string | null }> }>;
}
