import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineModule, type GrpcMethod, GrpcMethods, HostStatusToken } from '@skein/core';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { GrpcAddressesToken } from './contract.js';
import grpcServer from './module.js';

const HEALTH = '/grpc.health.v1.Health';
const identity = (b: Uint8Array): Buffer => Buffer.from(b);
const same = (b: Buffer): Buffer => b;
const keys = new URL('../test-keys/', import.meta.url);
const file = (name: string): Buffer => readFileSync(new URL(name, keys));
const path = (name: string): string => new URL(name, keys).pathname;

const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const speaker = (name: string, ...methods: ReadonlyArray<readonly [listener: string, path: string]>) =>
  defineModule({
    name,
    contributes: [GrpcMethods],
    activate: ({ contribute }) => {
      for (const [listener, at] of methods) {
        const method: GrpcMethod = { listener, path: at, kind: 'unary', handle: () => Buffer.from(`${name} ${listener}`) };
        contribute(GrpcMethods, method);
      }
    },
  });

const start = (listeners: object, ...modules: ReturnType<typeof speaker>[]): Promise<TestHost> =>
  createTestHost({ modules: [grpcServer, ...modules], config: { 'grpc-server': { listeners } } });

function clientOf(kit: TestHost, listener: string, channel: ChannelCredentials = credentials.createInsecure()): Client {
  const { host, port } = kit.get(GrpcAddressesToken).get(listener)!;
  const client = new Client(`${host}:${port}`, channel);
  clients.push(client);
  return client;
}

const call = (client: Client, at: string, message = new Uint8Array(0)): Promise<string | number> =>
  new Promise((resolve) => {
    client.makeUnaryRequest(at, identity, same, message, new Metadata(), (error: ServiceError | null, reply?: Buffer) =>
      resolve(error === null ? (reply?.toString() ?? '') : error.code),
    );
  });

describe('listeners', () => {
  it('carry the methods that name them, on sockets of their own', async () => {
    await using kit = await start(
      { grpc: { port: 0 }, als: { port: 0 } },
      speaker('one', ['grpc', '/s/a']),
      speaker('two', ['als', '/s/a']),
    );
    expect(await call(clientOf(kit, 'grpc'), '/s/a')).toBe('one grpc');
    expect(await call(clientOf(kit, 'als'), '/s/a')).toBe('two als');
    expect(await call(clientOf(kit, 'als'), '/s/b')).toBe(status.UNIMPLEMENTED);
  });

  it('share a socket when they have one address, each with its own token', async () => {
    const free = await start({ grpc: { port: 0 } });
    const { port } = free.get(GrpcAddressesToken).get('grpc')!;
    await free.stop();
    const listeners = { grpc: { port, token: 'sesame' }, als: { port } };
    await using kit = await start(listeners, speaker('one', ['grpc', '/s/a'], ['als', '/s/b']));
    expect(kit.get(GrpcAddressesToken).get('als')).toEqual({ host: '127.0.0.1', port });
    expect(await call(clientOf(kit, 'grpc'), '/s/a')).toBe(status.PERMISSION_DENIED);
    expect(await call(clientOf(kit, 'grpc'), '/s/b')).toBe('one als');
    expect(await call(clientOf(kit, 'grpc'), `${HEALTH}/Check`)).toBe('\u0008\u0001');
  });

  it('refuse to start when a method names one that is not configured, when sharers differ, or both carry one path', async () => {
    await expect(start({ grpc: { port: 0 } }, speaker('one', ['nowhere', '/s/a']))).rejects.toThrow(
      'modules.grpc-server.listeners.nowhere is not configured, but one contributes the gRPC method /s/a to it',
    );
    await expect(start({ grpc: { port: 11800 }, als: { port: 11800, maxMessageBytes: '1MiB' } })).rejects.toThrow(
      'modules.grpc-server.listeners.als.maxMessageBytes differs from that of listener grpc',
    );
    const twice = speaker('one', ['grpc', '/s/a'], ['als', '/s/a']);
    await expect(start({ grpc: { port: 11800 }, als: { port: 11800 } }, twice)).rejects.toThrow(
      'modules.grpc-server.listeners.als shares its socket with grpc, and both carry /s/a (one and one)',
    );
  });
});

describe('health', () => {
  it('is SERVING for any name while the host is ready, and tells watchers when it drains', async () => {
    const kit = await start({ grpc: { port: 0 } });
    const client = clientOf(kit, 'grpc');
    const named = Buffer.from('\n\u0003any', 'latin1');
    expect(await call(client, `${HEALTH}/Check`, named)).toBe('\u0008\u0001');
    const watch = client.makeServerStreamRequest(`${HEALTH}/Watch`, identity, same, named, new Metadata());
    const replies: string[] = [];
    watch.on('data', (reply: Buffer) => replies.push(reply.toString()));
    const ended = once(watch, 'status');
    await once(watch, 'data');
    expect(kit.get(HostStatusToken).state).toBe('ready');
    await kit.stop();
    const [end] = (await ended) as [{ code: number }];
    expect([replies, end.code]).toEqual([['\u0008\u0001', '\u0008\u0002'], status.OK]);
  });
});

describe('TLS', () => {
  const certificate = (kit: TestHost, options: { key?: Buffer; cert?: Buffer } = {}): Promise<string | number> =>
    call(clientOf(kit, 'grpc', credentials.createSsl(file('test-authority.crt'), options.key ?? null, options.cert ?? null)), '/s/a');

  it('takes a new certificate when the files change, and keeps the old one when they are broken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skein-tls-'));
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const put = (name: string): Promise<unknown> => Promise.all([copyFile(path(`${name}.key`), key), copyFile(path(`${name}.crt`), cert)]);
    // Renewed by another authority: only clients that trust the first can tell the two apart.
    await put('server');
    const log: string[] = [];
    const note = (m: string): void => void log.push(m);
    const kit = await createTestHost({
      modules: [grpcServer, speaker('one', ['grpc', '/s/a'])],
      config: { 'grpc-server': { listeners: { grpc: { port: 0, tls: { key, cert } } } } },
      logger: { debug: note, info: note, warn: note, error: note },
    });
    const logged = async (text: string): Promise<void> => {
      while (!log.some((l) => l.includes(text))) await kit.clock.advance(10_000);
    };
    try {
      expect(await certificate(kit)).toBe('one grpc');
      await writeFile(cert, 'no certificate');
      await logged('the old certificate stays');
      expect(await certificate(kit)).toBe('one grpc');
      await put('stranger');
      await logged('new TLS certificate is in use');
      expect(await certificate(kit)).toBe(status.UNAVAILABLE);
      expect(await call(clientOf(kit, 'grpc'), '/s/a')).toBe(status.UNAVAILABLE);
    } finally {
      await kit.stop();
      await rm(folder, { recursive: true });
    }
  });

  it('lets in only clients with a certificate of the authority when there is one', async () => {
    const tls = { key: path('server.key'), cert: path('server.crt'), clientCa: path('test-authority.crt') };
    await using kit = await start({ grpc: { port: 0, tls } }, speaker('one', ['grpc', '/s/a']));
    expect(await certificate(kit, { key: file('client.key'), cert: file('client.crt') })).toBe('one grpc');
    expect(await certificate(kit)).toBe(status.UNAVAILABLE);
    expect(await certificate(kit, { key: file('stranger.key'), cert: file('stranger.crt') })).toBe(status.UNAVAILABLE);
  });

  it('refuses to start with files that cannot be used', async () => {
    const tls = { key: path('client.key'), cert: path('server.crt') };
    await expect(start({ grpc: { port: 0, tls } })).rejects.toThrow(/listeners\.grpc\.tls .*are no usable certificate and key/);
  });
});

it('keeps the contract of modules', () => checkModule({ module: grpcServer, config: { listeners: { grpc: { port: 0 } } } }));
