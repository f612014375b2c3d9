import { makeExecutableSchema } from '@graphql-tools/schema';
import type { Contributed } from '@skein/core';
import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import type { GraphqlExtension, GraphqlResolver, GraphqlResolverMap } from './contract.js';
import { answerEmpty } from './empty-answers.js';
import { LongScalar } from './long.js';
import type { QueryRun } from './query-run.js';
import { PROTOCOL_SCHEMA } from './schema/schema.js';

/** The protocol with this module's resolvers, then those of others on top; what is left answers empty. Throws for an extension that does not fit. */
export function buildSchema(own: readonly GraphqlResolverMap[], extensions: readonly Contributed<GraphqlExtension>[]): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: [...PROTOCOL_SCHEMA, ...extensions.flatMap(({ value }) => value.schema ?? [])],
    resolvers: [{ Long: LongScalar }, ...own, ...extensions.map(({ value }) => value.resolvers)],
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
  answerEmpty(schema);
  resolveInTurns(schema);
  return schema;
}

/** How fields without a resolver are answered: from their parent, and counted. */
export const countedField: GraphQLFieldResolver<unknown, QueryRun> = (parent, _args, run, info) => {
  const value = (parent as Readonly<Record<string, unknown>>)[info.fieldName];
  run.count(info, value);
  return value;
};

/** Lets the query's run call the resolvers, each with a context of its own. */
function resolveInTurns(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = field.resolve as GraphqlResolver<unknown> | undefined;
      if (resolve === undefined) continue;
      const inTurn: GraphQLFieldResolver<unknown, QueryRun> = (parent, args, run, info) =>
        run.field(info, (context) => resolve(parent, args, context));
      field.resolve = inTurn;
    }
  }
}
