import type { Clock, Logger } from '../api/facilities.js';
import type { Batch, Publisher } from '../api/streams.js';
import type { AnyStreamToken, ServiceToken, StreamToken } from '../api/tokens.js';
import type { BooksEntry } from '../books/types.js';
import type { AnyModule, Host, StopReport } from '../host/types.js';
import type { HttpReply } from '../listeners/contract.js';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time forward, running what falls due in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  set(instant: number): Promise<void>;
}

/** Takes the batches of a stream that no module of the test handles. */
export interface Collector<T> {
  readonly batches: readonly Batch<T>[];
  readonly items: readonly T[];
  /** Hold every batch from now on, until `release`. */
  block(): void;
  release(): void;
  /** Refuse the next `count` batches with this error. */
  fail(count: number, error?: Error): void;
}

/** What a test host is made of. Only `modules` is needed. */
export interface TestHostOptions {
  readonly modules: readonly AnyModule[];
  /** Configuration by module name. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Services that the test provides itself. */
  readonly services?: ReadonlyArray<readonly [token: symbol, value: unknown]>;
  /** Streams to collect although no module of the test publishes them; those that one publishes and none handles are collected anyway. */
  readonly collect?: readonly AnyStreamToken[];
  readonly zone?: string;
  readonly logger?: Logger;
  readonly memory?: number;
  /** Default: the fake clock at 2024-01-02T03:04:00Z. */
  readonly clock?: Clock;
}

/** An HTTP request of a test; default: GET without a body, POST with one. */
export interface TestRequest {
  readonly listener?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Uint8Array | object;
}

/** A started host with a fake clock, and the doors of the real one without sockets. */
export interface TestHost extends AsyncDisposable {
  /** The host itself. */
  readonly host: Host;
  readonly clock: FakeClock;
  /** A service; throws when none provides it. */
  get<T>(token: ServiceToken<T>): T;
  /** A publisher of the test's own. */
  publisher<T>(stream: StreamToken<T>): Publisher<T>;
  /** What came over a stream that no module of the test handles; throws for other streams. */
  collector<T>(stream: StreamToken<T>): Collector<T>;
  /** Sends an HTTP request to a contributed route; 404 when there is none, errors as the http-server maps them. */
  http(path: string, request?: TestRequest): Promise<HttpReply>;
  /** Calls a contributed gRPC method with raw messages; rejects with an error whose `status` is the gRPC status name. */
  grpc(
    path: string,
    messages: readonly Uint8Array[],
    options?: { readonly metadata?: Readonly<Record<string, string>>; readonly timeoutMs?: number },
  ): Promise<readonly Uint8Array[]>;
  /** The books of every edge, as `Host.books`. */
  books(): readonly BooksEntry[];
  /** Throws unless the identity of design.md 3.3 holds on every edge and nothing is in flight. */
  assertBooks(): void;
  /** Stops the host, which waits for batches that collectors hold; `await using` releases them first. */
  stop(): Promise<StopReport>;
}
