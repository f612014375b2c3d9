import { type Contributed, createPoint } from '@skein/core';
import type { Cut, ReadOptions } from '@skein/query/contract';

export { traced } from './resolvers/debugging.js';

/** What a resolver knows besides its arguments. It is the options of every read of the query services, too. */
export interface GraphqlContext extends ReadOptions {
  /** Aborted when the query's time is up, the client goes away or the host must stop. Pass it on to every read. */
  readonly signal: AbortSignal;
  /** To be told how many values or rows a field answers. Throws QueryError when the whole query answers more than is allowed. */
  spend(values: number): void;
  /** To be told that the field answers only part of what there is: the client gets an error of the field beside its data. */
  readonly onCut: (cut: Cut) => void;
  /**
   * Makes an expensive read once in a query, however many fields ask for it by the same key, and such reads one after another. The options
   * are those to read with.
   */
  once<T>(key: string, read: (options: ReadOptions) => Promise<T>): Promise<T>;
}

/**
 * Resolves one field. Arguments were coerced by the schema. Errors of the classes QueryError, DurationError and StatusError reach
 * the client with their message; anything else is logged and shows as `internal error`.
 */
export type GraphqlResolver<A = never> = (parent: unknown, args: A, context: GraphqlContext) => unknown;

/** Type name, then field name. */
export type GraphqlResolverMap = Readonly<Record<string, Readonly<Record<string, GraphqlResolver>>>>;

/** Serves fields of the query protocol, or fields of its own. */
export interface GraphqlExtension {
  /** `extend type Query { ... }` and new types. */
  readonly schema?: string;
  readonly resolvers: GraphqlResolverMap;
}

function* twice(values: readonly Contributed<GraphqlExtension>[]): Generator<string> {
  const owners = new Map<string, string>();
  for (const { module, value } of values) {
    for (const [type, fields] of Object.entries(value.resolvers)) {
      for (const field of Object.keys(fields)) {
        const name = `${type}.${field}`;
        const other = owners.get(name);
        if (other !== undefined && other !== module) yield `GraphQL field ${name} is served by both ${other} and ${module}`;
        owners.set(name, module);
      }
    }
  }
}

/** A field that several contribute is a boot error; a contribution takes precedence over what query-graphql itself would answer. */
export const GraphqlResolvers = createPoint<GraphqlExtension, 'calls'>({ id: 'graphql-resolvers', kind: 'calls', check: twice });
