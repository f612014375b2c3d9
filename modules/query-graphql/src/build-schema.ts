import { makeExecutableSchema } from '@graphql-tools/schema';
import type { Contributed } from '@skein/core';
import type { GraphQLSchema } from 'graphql';
import type { GraphqlExtension, GraphqlResolverMap } from './contract.js';
import { answerEmpty } from './empty-answers.js';
import { LongScalar } from './long.js';
import { PROTOCOL_SCHEMA } from './schema/schema.js';

/** The protocol with this module's resolvers, then those of others on top; what is left answers empty. Throws for an extension that does not fit. */
export function buildSchema(own: readonly GraphqlResolverMap[], extensions: readonly Contributed<GraphqlExtension>[]): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: [...PROTOCOL_SCHEMA, ...extensions.flatMap(({ value }) => value.schema ?? [])],
    resolvers: [{ Long: LongScalar }, ...own, ...extensions.map(({ value }) => value.resolvers)],
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
  answerEmpty(schema);
  return schema;
}
