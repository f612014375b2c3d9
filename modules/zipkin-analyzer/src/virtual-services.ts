import { MQOperation, VirtualCacheOperation, type ZipkinSpan } from '@skein/telemetry';
import { Access, BrokerEndpointAccess, type Directory, type Facts, type Side } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';
import { destinationOf, isEntry, LAYER_OF, type Meaning, peerOf } from './span-meaning.js';

/** Cache commands by what they do, in lower case. */
const READS: ReadonlySet<string> = new Set([
  'get',
  'mget',
  'hget',
  'hgetall',
  'hmget',
  'exists',
  'ttl',
  'smembers',
  'lrange',
  'zrange',
  'read',
]);
const WRITES: ReadonlySet<string> = new Set([
  'set',
  'mset',
  'setex',
  'setnx',
  'hset',
  'hmset',
  'del',
  'incr',
  'decr',
  'lpush',
  'rpush',
  'sadd',
  'zadd',
  'expire',
  'write',
]);

/** Databases, caches and brokers as their users see them: analysis.md 5.8. */
export class VirtualServices {
  constructor(private readonly directory: Directory) {}

  /** The store or broker that a span tells of; undefined when neither its name nor its product is known. */
  side(span: ZipkinSpan, { virtual, system }: Meaning): Side | undefined {
    const name = peerOf(span.remoteEndpoint) ?? (system === '' ? undefined : system);
    if (virtual === undefined || name === undefined) return undefined;
    return this.directory.instance(this.directory.service(name, false), name).side(LAYER_OF[virtual]);
  }

  access({ service }: Side, span: ZipkinSpan, { virtual, componentId }: Meaning, facts: Facts, findings: Findings): void {
    if (virtual === 'database') findings.source(Access.database(service, facts, componentId));
    else if (virtual === 'cache') findings.source(Access.cache(service, facts, componentId, cacheOperation(span)));
    else {
      const operation = isEntry(span) ? MQOperation.Consume : MQOperation.Produce;
      const latency = transmissionLatency(span);
      findings.source(Access.broker(service, facts, componentId, operation, latency));
      const destination = destinationOf(span);
      if (destination === '') return;
      const endpoint = this.directory.endpoint(service, destination);
      findings.source(new BrokerEndpointAccess(endpoint, facts, componentId, operation, latency));
    }
  }
}

function cacheOperation({ tags, name }: ZipkinSpan): number {
  const operation = (tags.get('cache.op') ?? tags.get('redis.command') ?? tags.get('db.operation') ?? name ?? '').toLowerCase();
  if (READS.has(operation)) return VirtualCacheOperation.Read;
  return WRITES.has(operation) ? VirtualCacheOperation.Write : VirtualCacheOperation.Others;
}

function transmissionLatency({ tags }: ZipkinSpan): number {
  const given = Number(tags.get('transmission.latency') ?? 0);
  return Number.isInteger(given) && given > 0 && given < 2 ** 31 ? given : 0;
}
