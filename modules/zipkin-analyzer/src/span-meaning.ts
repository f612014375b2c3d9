import { type Layer, RequestType, type ZipkinEndpoint, type ZipkinSpan } from '@skein/telemetry';

/** What a span needs to have for its meaning to be told. */
type Told = Pick<ZipkinSpan, 'kind' | 'tags' | 'remoteEndpoint'>;

/** A service was entered. */
export const isEntry = ({ kind }: Told): boolean => kind === 'SERVER' || kind === 'CONSUMER';

/** Another process was called. Without a kind, the name of another service says so. */
export const isExit = ({ kind, remoteEndpoint }: Told): boolean =>
  kind === 'CLIENT' || kind === 'PRODUCER' || (kind === undefined && remoteEndpoint?.serviceName !== undefined);

/** A name of its own among the spans of its trace: the id, and for the server's half of a span that the client reports, too, more than that. */
export const segmentIdOf = ({ id, shared }: Pick<ZipkinSpan, 'id' | 'shared'>): string => (shared ? `${id}-shared` : id);

/** It has the tag `error`, whose value may be anything but `false`, or OpenTelemetry's word for it. */
export function isError({ tags }: Pick<ZipkinSpan, 'tags'>): boolean {
  const error = tags.get('error');
  return (error !== undefined && error !== 'false') || tags.get('otel.status_code') === 'ERROR';
}

const MAX_STATUS = 999;

/** 0 for none. */
export function httpStatus({ tags }: Told): number {
  const text = tags.get('http.status_code') ?? tags.get('http.response.status_code');
  const code = text === undefined ? 0 : Number(text);
  return Number.isInteger(code) && code > 0 && code <= MAX_STATUS ? code : 0;
}

export const rpcStatus = ({ tags }: Told): string | undefined => tags.get('rpc.status_code') ?? tags.get('grpc.status_code');

/** What an exit span called, when that is no service of its own. */
export type VirtualKind = 'database' | 'cache' | 'broker';

/** What kind of request a span is of. `system`: the product that was called, `mysql`, as tags name it; empty when unknown. */
export interface Meaning {
  readonly type: number;
  readonly virtual: VirtualKind | undefined;
  readonly system: string;
  readonly componentId: number;
}

export const LAYER_OF: Readonly<Record<VirtualKind, Layer>> = {
  database: 'VIRTUAL_DATABASE',
  cache: 'VIRTUAL_CACHE',
  broker: 'VIRTUAL_MQ',
};

/** Numbers of the component library, analysis.md 6.2. */
const HTTP = 49;
const RPC = 50;
const GRPC = 23;

const CACHES: ReadonlyMap<string, number> = new Map([
  ['redis', 7],
  ['memcached', 20],
  ['aerospike', 149],
  ['ehcache', 75],
]);
const DATABASES: ReadonlyMap<string, number> = new Map([
  ['mysql', 5],
  ['mariadb', 86],
  ['postgresql', 22],
  ['postgres', 22],
  ['oracle', 6],
  ['mssql', 3006],
  ['sqlserver', 3006],
  ['microsoft.sql_server', 3006],
  ['mongodb', 9],
  ['mongo', 9],
  ['cassandra', 70],
  ['elasticsearch', 47],
  ['clickhouse', 120],
  ['influxdb', 89],
  ['neo4j', 112],
  ['h2', 4],
  ['sqlite', 31],
]);
const BROKERS: ReadonlyMap<string, number> = new Map([
  ['kafka', 27],
  ['rabbitmq', 51],
  ['activemq', 44],
  ['rocketmq', 25],
  ['pulsar', 72],
  ['nats', 132],
]);

/** Tags that only the instrumentation of one product writes. */
const SIGNS: readonly (readonly [tag: string, system: string])[] = [
  ['redis.command', 'redis'],
  ['redis.commands', 'redis'],
  ['mongodb.command', 'mongodb'],
  ['cassandra.query', 'cassandra'],
  ['cassandra.keyspace', 'cassandra'],
];

const plain = (type: number, componentId: number): Meaning => ({ type, virtual: undefined, system: '', componentId });
const HTTP_REQUEST = plain(RequestType.HTTP, HTTP);
const GRPC_REQUEST = plain(RequestType.gRPC, GRPC);
const RPC_REQUEST = plain(RequestType.RPC, RPC);

/** What a span's tags, and the name of the other side, tell of its request. */
export function meaningOf(span: Told): Meaning {
  const { kind, tags } = span;
  if (kind === 'PRODUCER' || kind === 'CONSUMER') return brokerRequest(span);
  if (tags.has('http.method') || tags.has('http.path') || tags.has('http.status_code') || tags.has('http.url')) return HTTP_REQUEST;
  if (tags.has('http.request.method') || tags.has('http.route') || tags.has('url.full') || tags.has('url.path')) return HTTP_REQUEST;
  if (tags.has('grpc.status_code') || tags.has('rpc.grpc.status_code') || tags.get('rpc.system') === 'grpc') return GRPC_REQUEST;
  if (isExit(span)) return storeRequest(span) ?? RPC_REQUEST;
  return RPC_REQUEST;
}

function brokerRequest({ tags, remoteEndpoint }: Told): Meaning {
  const named = tags.get('messaging.system')?.toLowerCase() ?? remoteEndpoint?.serviceName ?? '';
  const system = BROKERS.has(named) ? named : tags.has('kafka.topic') ? 'kafka' : '';
  return { type: RequestType.MQ, virtual: 'broker', system, componentId: BROKERS.get(system) ?? 0 };
}

/** Undefined unless the span is of a database or cache. */
function storeRequest({ tags, remoteEndpoint }: Told): Meaning | undefined {
  const given = tags.get('db.system') ?? tags.get('db.system.name') ?? tags.get('db.type') ?? tags.get('cache.type');
  const system = given?.toLowerCase() ?? signed(tags) ?? remoteEndpoint?.serviceName ?? '';
  const cache = CACHES.get(system);
  if (cache !== undefined || tags.has('cache.type')) {
    return { type: RequestType.RPC, virtual: 'cache', system, componentId: cache ?? 0 };
  }
  const database = DATABASES.get(system);
  const isDatabase = database !== undefined || given !== undefined || tags.has('sql.query') || tags.has('db.statement');
  if (!isDatabase) return undefined;
  return {
    type: RequestType.DATABASE,
    virtual: 'database',
    system: database === undefined && given === undefined ? '' : system,
    componentId: database ?? 0,
  };
}

function signed(tags: ReadonlyMap<string, string>): string | undefined {
  for (const [tag, system] of SIGNS) if (tags.has(tag)) return system;
  return undefined;
}

/** The name of the other side: its service, else its address, else undefined. */
export const peerOf = (endpoint: ZipkinEndpoint | undefined): string | undefined => endpoint?.serviceName ?? addressOf(endpoint);

/** `host:port`, or the host alone where no port is known. */
export function addressOf(endpoint: ZipkinEndpoint | undefined): string | undefined {
  const host = hostOf(endpoint);
  const port = endpoint?.port;
  if (host === undefined || port === undefined) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const hostOf = (endpoint: ZipkinEndpoint | undefined): string | undefined => endpoint?.ipv4 ?? endpoint?.ipv6;

/** The instance that sent a span: what OpenTelemetry calls it, else its address; '' when neither is known. */
export const instanceOf = ({ tags, localEndpoint }: Pick<ZipkinSpan, 'tags' | 'localEndpoint'>): string =>
  tags.get('service.instance.id') ?? hostOf(localEndpoint) ?? '';

/** Topic or queue of a message; '' when no tag tells. */
export const destinationOf = ({ tags }: Told): string =>
  tags.get('messaging.destination.name') ??
  tags.get('messaging.destination') ??
  tags.get('kafka.topic') ??
  tags.get('mq.topic') ??
  tags.get('jms.destination') ??
  tags.get('rabbit.queue') ??
  '';
