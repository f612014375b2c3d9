declare const TYPE: unique symbol;

/** Names a service in the container. Assignable to inversify's `ServiceIdentifier<T>`. */
export type ServiceToken<T> = symbol & { readonly [TYPE]: (x: T) => T };

/** Names a topic between modules. `weigh` gives an item's weight, by default 1; flow control counts it against the gate's capacity. */
export interface StreamToken<T> {
  readonly id: string;
  readonly weigh: (item: T) => number;
  readonly [TYPE]?: (x: T) => T;
}

/** `data`: values known before activation, listed in the definition. `calls`: the owner calls in at run time (routes, RPC methods). */
export type PointKind = 'data' | 'calls';

/** Names a typed place where many modules hang values. `check` sees all values at freeze and yields one text per problem. */
export interface PointToken<T, K extends PointKind = PointKind> {
  readonly id: string;
  readonly kind: K;
  readonly check?: (values: readonly Contributed<T>[]) => Iterable<string>;
  readonly [TYPE]?: (x: T) => T;
}

/** A contributed value and the module that hung it there. */
export interface Contributed<T> {
  readonly module: string;
  readonly value: T;
}

/** A token for a service. The same id gives the same token, in every copy of this package. */
export const createToken = <T>(id: string): ServiceToken<T> => Symbol.for(`skein.service.${id}`) as unknown as ServiceToken<T>;

/** A token for a stream. */
export const createStream = <T>(o: { id: string; weigh?: (item: T) => number }): StreamToken<T> =>
  Object.freeze({ id: o.id, weigh: o.weigh ?? (() => 1) });

/** A token for a contribution point. */
export const createPoint = <T, K extends PointKind>(o: {
  id: string;
  kind: K;
  check?: (values: readonly Contributed<T>[]) => Iterable<string>;
}): PointToken<T, K> => Object.freeze({ ...o });

/** The readable name of a service token: `storage` for the token made by `createToken('storage')`. */
export const tokenName = (token: symbol): string => (token.description ?? String(token)).replace(/^skein\.service\./, '');

// `any` is the only way to say "a token of whatever type" for an invariant type parameter.
/** A token of whatever service. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyServiceToken = ServiceToken<any>;
/** A token of whatever stream. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyStreamToken = StreamToken<any>;
/** A token of whatever point. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyPointToken<K extends PointKind = PointKind> = PointToken<any, K>;
