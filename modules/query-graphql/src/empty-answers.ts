import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

const NOT_SERVED = 'not served: no module that answers this is loaded';

/** Gives every root field without a resolver an empty answer of its type, because an error in one field blanks whole pages of the UI. */
export function answerEmpty(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  if (query) fill(query, false);
  if (mutation) fill(mutation, true);
}

function fill(type: GraphQLObjectType, refused: boolean): void {
  for (const field of Object.values(type.getFields())) {
    if (field.resolve !== undefined) continue;
    const answer = emptyOf(field.type);
    field.resolve = () => (refused ? refusal(field, answer) : answer);
  }
}

/** A mutation that nobody serves says so in the field that its type has for it. */
function refusal(field: GraphQLField<unknown, unknown>, answer: unknown): unknown {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (!isObjectType(type)) return answer;
  const reason = ['errorReason', 'message'].find((name) => name in type.getFields());
  return reason === undefined ? answer : { ...(answer as object), [reason]: NOT_SERVED };
}

function emptyOf(type: GraphQLOutputType): unknown {
  if (!isNonNullType(type)) return isListType(type) ? [] : isObjectType(type) && isContainer(type) ? emptyObject(type) : null;
  const inner = type.ofType;
  if (isListType(inner)) return [];
  if (isObjectType(inner)) return emptyObject(inner);
  if (isEnumType(inner)) {
    const names = inner.getValues().map((v) => v.name);
    return names.find((name) => name === 'ARGUMENT_ERROR') ?? names[0];
  }
  return { Boolean: false, Int: 0, Float: 0, Long: 0 }[inner.name] ?? '';
}

/** An object that only holds lists may well be empty; one with an id of its own does not exist. */
const isContainer = (type: GraphQLObjectType): boolean =>
  Object.values(type.getFields()).every((f) => {
    const inner = isNonNullType(f.type) ? f.type.ofType : undefined;
    return inner === undefined || isListType(inner) || isObjectType(inner);
  });

const emptyObject = (type: GraphQLObjectType): object =>
  Object.fromEntries(
    Object.values(type.getFields()).map((f) => [f.name, isNonNullType(f.type) || isListType(f.type) ? emptyOf(f.type) : null]),
  );
