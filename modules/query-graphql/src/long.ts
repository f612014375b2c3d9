import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

function toLong(value: unknown): number {
  const number = typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : value;
  if (typeof number === 'bigint') return Number(number);
  if (typeof number !== 'number' || !Number.isInteger(number) || Math.abs(number) > 2 ** 63) {
    throw new GraphQLError(`not a 64-bit integer: ${String(value).slice(0, 40)}`);
  }
  return number;
}

/** 64-bit integers as JSON numbers; above 2^53 the nearest number. */
export const LongScalar = new GraphQLScalarType<number, number>({
  name: 'Long',
  serialize: toLong,
  parseValue: toLong,
  parseLiteral(node) {
    if (node.kind !== Kind.INT) throw new GraphQLError('not an integer', { nodes: node });
    return toLong(node.value);
  },
});
