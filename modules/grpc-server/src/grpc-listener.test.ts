import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Client, type ClientWritableStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Clock, type GrpcCall, type GrpcMethod, type RawMessages, StatusError, StreamError } from '@skein/core';
import { BootError } from '@skein/core/host';
import { closeAll, frame, gate, run } from './grpc-rig.test.helper.js';

afterEach(closeAll);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const identity = (b: Uint8Array): Buffer => Buffer.from(b);
const same = (b: Buffer): Buffer => b;

type Outcome = { code: number; details: string; reply?: Buffer };
const outcome = (error: ServiceError | null, reply?: Buffer): Outcome =>
  error ? { code: error.code, details: error.details } : { code: status.OK, details: '', ...(reply && { reply }) };

const unary = (client: Client, path: string, message: Uint8Array, metadata = new Metadata(), options = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    client.makeUnaryRequest(path, identity, same, message, metadata, options, (error, reply) => resolve(outcome(error, reply)));
  });

const stream = (client: Client, path: string, options = {}): { call: ClientWritableStream<Uint8Array>; done: Promise<Outcome> } => {
  let settle: (o: Outcome) => void = () => undefined;
  const done = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  const call = client.makeClientStreamRequest(path, identity, same, new Metadata(), options, (error, reply) =>
    settle(outcome(error, reply)),
  );
  return { call, done };
};

const echo: GrpcMethod = { listener: 'grpc', path: '/s/echo', kind: 'unary', handle: (request) => request };
const sink = (handle: (messages: RawMessages, call: GrpcCall) => Promise<Uint8Array>): GrpcMethod => ({
  listener: 'grpc',
  path: '/s/sink',
  kind: 'client-stream',
  handle,
});
describe('calls', () => {
  it('carries raw bytes there and back, and counts them', async () => {
    const { client, counters } = await run([echo]);
    expect(await unary(client, '/s/echo', bytes('hello'))).toMatchObject({ code: status.OK, reply: Buffer.from('hello') });
    expect(await unary(client, '/s/echo', bytes(''))).toMatchObject({ code: status.OK, reply: Buffer.from('') });
    expect(counters.values).toEqual(
      new Map([
        ['grpc_sent_bytes_total /s/echo', 5],
        ['grpc_received_bytes_total /s/echo', 5],
        ['grpc_calls_total /s/echo OK', 2],
      ]),
    );
  });

  it('puts the messages of a stream in order, in few chunks, each with bytes of its own', async () => {
    const seen: Uint8Array[] = [];
    let chunks = 0;
    const { port } = await run([
      sink(async (messages) => {
        for await (const chunk of messages) {
          chunks++;
          expect(chunk.length).toBeGreaterThan(0);
          seen.push(...chunk);
        }
        return bytes('ok');
      }),
    ]);
    const sent = Array.from({ length: 5000 }, (_, i) => bytes(`message ${i}`));
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const request = session.request({ ':method': 'POST', ':path': '/s/sink', 'content-type': 'application/grpc', te: 'trailers' });
    request.end(Buffer.concat(sent.map(frame)));
    const [trailers] = (await once(request.resume(), 'trailers')) as [Record<string, string>];
    session.close();
    expect(trailers['grpc-status']).toBe('0');
    expect(seen.map((m) => Buffer.from(m).toString())).toEqual(sent.map((m) => Buffer.from(m).toString()));
    expect(chunks).toBeLessThan(sent.length / 10);
    for (const message of seen) expect(message.buffer.byteLength).toBeLessThan(message.byteLength + 65);
  });

  it('ends a stream without messages', async () => {
    const { client } = await run([
      sink(async (messages) => {
        let n = 0;
        for await (const chunk of messages) n += chunk.length;
        return bytes(String(n));
      }),
    ]);
    const { call, done } = stream(client, '/s/sink');
    call.end();
    expect(await done).toMatchObject({ code: status.OK, reply: Buffer.from('0') });
  });

  it('takes gzip, deflate and uncompressed messages', async () => {
    for (const algorithm of [0, 1, 2]) {
      const { client } = await run([echo], {}, { 'grpc.default_compression_algorithm': algorithm });
      const text = 'abc '.repeat(10_000);
      expect((await unary(client, '/s/echo', bytes(text))).reply?.toString()).toBe(text);
    }
  });

  it('passes the deadline as an instant, the metadata in lower case, and the peer', async () => {
    let call: GrpcCall | undefined;
    let peer: string | undefined;
    const method: GrpcMethod = {
      listener: 'grpc',
      path: '/s/echo',
      kind: 'unary',
      handle: (request, c) => {
        call = c;
        peer = c.peer;
        return request;
      },
    };
    const { client } = await run([method]);
    const metadata = new Metadata();
    metadata.set('Agent-Version', '9.4');
    metadata.add('x', '1');
    metadata.add('x', '2');
    const deadline = Date.now() + 30_000;
    await unary(client, '/s/echo', bytes(''), metadata, { deadline });
    expect(Math.abs(call!.deadline! - deadline)).toBeLessThan(2_000);
    expect([call!.metadata.get('agent-version'), call!.metadata.get('x')]).toEqual(['9.4', '1, 2']);
    expect(peer).toMatch(/^127\.0\.0\.1:\d+$/);
    await unary(client, '/s/echo', bytes(''));
    expect(call!.deadline).toBeUndefined();
  });

  it('answers errors with their status, and unexpected ones with INTERNAL, logged', async () => {
    const failing = (path: string, error: Error): GrpcMethod => ({
      listener: 'grpc',
      path,
      kind: 'unary',
      handle: () => Promise.reject(error),
    });
    const { client, errors, counters } = await run([
      failing('/s/bad', new StatusError('INVALID_ARGUMENT', 'bad \ud800 text')),
      failing('/s/full', new StreamError('REFUSED', 'no room', true)),
      failing('/s/closed', new StreamError('CLOSED', 'draining', true)),
      failing('/s/bug', new Error('secret')),
    ]);
    expect(await unary(client, '/s/bad', bytes(''))).toEqual({ code: status.INVALID_ARGUMENT, details: 'bad \ufffd text' });
    expect(await unary(client, '/s/full', bytes(''))).toEqual({ code: status.RESOURCE_EXHAUSTED, details: 'no room' });
    expect(await unary(client, '/s/closed', bytes(''))).toEqual({ code: status.UNAVAILABLE, details: 'draining' });
    expect(errors).toEqual([]);
    expect(await unary(client, '/s/bug', bytes(''))).toEqual({ code: status.INTERNAL, details: 'internal error' });
    expect(errors).toEqual(['gRPC /s/bug failed']);
    expect(counters.values.get('grpc_calls_total /s/full RESOURCE_EXHAUSTED')).toBe(1);
  });

  it('answers unknown methods with UNIMPLEMENTED, whatever bytes their path has', async () => {
    const { client, port, counters } = await run([echo]);
    expect((await unary(client, '/s/nothing', bytes(''))).code).toBe(status.UNIMPLEMENTED);
    expect(counters.values).toEqual(new Map([['grpc_calls_total unknown UNIMPLEMENTED', 1]]));
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const request = session.request({ ':method': 'POST', ':path': '/\u00e9\u00ff%zz', 'content-type': 'application/grpc', te: 'trailers' });
    request.end();
    request.on('error', () => undefined);
    await once(request, 'close');
    session.close();
    expect((await unary(client, '/s/echo', bytes('alive'))).code).toBe(status.OK);
  });

  it('ends a call at its deadline and aborts the handler', async () => {
    const aborted = gate();
    const { client, counters } = await run([
      sink(async (_messages, call) => {
        call.signal.addEventListener('abort', aborted.open);
        await aborted.opened;
        return bytes('');
      }),
    ]);
    const { done } = stream(client, '/s/sink', { deadline: Date.now() + 100 });
    expect((await done).code).toBe(status.DEADLINE_EXCEEDED);
    await aborted.opened;
    expect([...counters.values.keys()].some((k) => /^grpc_calls_total \/s\/sink (DEADLINE_EXCEEDED|CANCELLED)$/.test(k))).toBe(true);
  });

  it('ends the iteration and aborts the signal when the client cancels', async () => {
    const first = gate();
    const aborted = gate();
    const { client, counters } = await run([
      sink(async (messages, call) => {
        call.signal.addEventListener('abort', aborted.open);
        for await (const _ of messages) first.open();
        await aborted.opened;
        return bytes('');
      }),
    ]);
    const { call, done } = stream(client, '/s/sink');
    call.write(bytes('x'));
    await first.opened;
    call.cancel();
    await aborted.opened;
    expect((await done).code).toBe(status.CANCELLED);
    expect(counters.values.get('grpc_calls_total /s/sink CANCELLED')).toBe(1);
  });

  it('wakes who waits for something else when the client goes away after its last message', async () => {
    const waits = gate();
    const woken = gate();
    const { client } = await run([
      sink(async (messages, { cancellation }) => {
        for await (const _ of messages);
        cancellation!.addEventListener('abort', woken.open);
        waits.open();
        await woken.opened;
        return bytes('');
      }),
    ]);
    const { call, done } = stream(client, '/s/sink');
    call.end(bytes('x'));
    await waits.opened;
    call.cancel();
    await woken.opened;
    expect((await done).code).toBe(status.CANCELLED);
  });

  it('reads no further while the handler is busy, so that the client stops sending', async () => {
    const hold = gate();
    const first = gate();
    let received = 0;
    const { client } = await run(
      [
        sink(async (messages) => {
          for await (const chunk of messages) {
            for (const m of chunk) received += m.byteLength;
            first.open();
            await hold.opened;
          }
          return bytes('');
        }),
      ],
      { maxMessageBytes: 1024 * 1024 },
    );
    const { call, done } = stream(client, '/s/sink');
    const message = new Uint8Array(64 * 1024);
    let accepted = 0;
    for (let i = 0; i < 400; i++) call.write(message, () => void accepted++);
    await first.opened;
    // Round trips on the same connection: whatever could flow has flowed by then.
    for (let i = 0; i < 20; i++) await unary(client, '/s/none', bytes(''));
    expect(accepted).toBeLessThan(100);
    hold.open();
    call.end();
    expect((await done).code).toBe(status.OK);
    expect(received).toBe(400 * message.byteLength);
  });

  it('sends replies of a two-way stream as they come', async () => {
    const { client } = await run([
      {
        listener: 'grpc',
        path: '/s/both',
        kind: 'bidi',
        async *handle(messages) {
          for await (const chunk of messages) yield* chunk;
        },
      },
    ]);
    const call = client.makeBidiStreamRequest('/s/both', identity, same, new Metadata());
    for (const text of ['a', 'b', 'c']) {
      call.write(bytes(text));
      const [reply] = (await once(call, 'data')) as [Buffer];
      expect(reply.toString()).toBe(text);
    }
    call.end();
    const [end] = (await once(call, 'status')) as [{ code: number }];
    expect(end.code).toBe(status.OK);
  });

  it('holds the handler of a two-way stream while the client does not read', async () => {
    let made = 0;
    const size = 64 * 1024;
    const { client } = await run([
      {
        listener: 'grpc',
        path: '/s/flood',
        kind: 'bidi',
        async *handle() {
          for (; made < 1000; made++) yield new Uint8Array(size);
        },
      },
    ]);
    const call = client.makeBidiStreamRequest('/s/flood', identity, same, new Metadata());
    call.end();
    await once(call, 'readable');
    for (let i = 0; i < 20; i++) await unary(client, '/s/none', bytes(''));
    expect(made).toBeLessThan(100);
    let received = 0;
    for await (const reply of call) received += (reply as Buffer).length;
    expect([made, received]).toEqual([1000, 1000 * size]);
  });

  it('stops the handler of a two-way stream whose client went away', async () => {
    const stopped = gate();
    const { client } = await run([
      {
        listener: 'grpc',
        path: '/s/flood',
        kind: 'bidi',
        async *handle() {
          try {
            for (;;) yield new Uint8Array(64 * 1024);
          } finally {
            stopped.open();
          }
        },
      },
    ]);
    const call = client.makeBidiStreamRequest('/s/flood', identity, same, new Metadata());
    call.on('error', () => undefined);
    await once(call, 'readable');
    call.cancel();
    await stopped.opened;
  });

  it('refuses a unary call without a message or with two', async () => {
    const { client } = await run([echo]);
    for (const messages of [[], ['a', 'b']]) {
      const { call, done } = stream(client, '/s/echo');
      for (const m of messages) call.write(bytes(m));
      call.end();
      expect((await done).code).toBe(status.INVALID_ARGUMENT);
    }
  });
});

describe('limits', () => {
  it('refuses messages above the limit, also when only their inflated form is, and counts them', async () => {
    const { client, counters, port } = await run([echo], { maxMessageBytes: 100_000 });
    expect((await unary(client, '/s/echo', new Uint8Array(100_001))).code).toBe(status.RESOURCE_EXHAUSTED);
    const bomb = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });
    const result = await unary(bomb, '/s/echo', new Uint8Array(50_000_000));
    bomb.close();
    expect(gzipSync(new Uint8Array(50_000_000)).byteLength).toBeLessThan(100_000);
    expect(result.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(counters.values.get('grpc_calls_total /s/echo RESOURCE_EXHAUSTED')).toBe(2);
    expect((await unary(client, '/s/echo', bytes('alive'))).code).toBe(status.OK);
  });

  it('survives other protocols on its port, and half a frame', async () => {
    const { client, port } = await run([echo]);
    for (const text of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0\0\0\0', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff']) {
      const socket: Socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(Buffer.from(text, 'latin1'));
      await once(socket, 'connect');
      await unary(client, '/s/echo', bytes('between'));
      socket.destroy();
    }
    expect((await unary(client, '/s/echo', bytes('alive'))).code).toBe(status.OK);
  });

  it('closes and counts connections above their limit', async () => {
    const { client, port, counters } = await run([echo], { maxConnections: 1 });
    await unary(client, '/s/echo', bytes(''));
    await once(
      connect(port, '127.0.0.1')
        .on('error', () => undefined)
        .resume(),
      'close',
    );
    expect(counters.values.get('grpc_dropped_connections_total')).toBe(1);
    expect((await unary(client, '/s/echo', bytes('alive'))).code).toBe(status.OK);
  });

  it('asks for the exact token where it is set, but not for health', async () => {
    const health: GrpcMethod = { ...echo, path: '/open/check' } as GrpcMethod;
    const { client, warnings, counters } = await run([echo, health], { token: 'sesame' });
    const withToken = (...tokens: string[]): Metadata => {
      const metadata = new Metadata();
      for (const t of tokens) metadata.add('Authentication', t);
      return metadata;
    };
    expect((await unary(client, '/s/echo', bytes(''))).code).toBe(status.PERMISSION_DENIED);
    expect((await unary(client, '/s/echo', bytes(''), withToken('Sesame'))).code).toBe(status.PERMISSION_DENIED);
    expect((await unary(client, '/s/echo', bytes(''), withToken('sesame', 'sesame'))).code).toBe(status.PERMISSION_DENIED);
    expect((await unary(client, '/s/echo', bytes(''), withToken('sesame'))).code).toBe(status.OK);
    expect((await unary(client, '/open/check', bytes(''))).code).toBe(status.OK);
    // Once in 10 s, and never the token.
    expect(warnings).toEqual([
      [
        'modules.grpc-server.listeners.grpc: a call without the right token was refused',
        { method: '/s/echo', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
      ],
    ]);
    expect(counters.values.get('grpc_calls_total /s/echo PERMISSION_DENIED')).toBe(3);
  });

  it('counts open connections', async () => {
    const { client, port, counters } = await run([echo]);
    const open = counters.gauges.get('grpc_open_connections')!;
    expect(open()).toBe(0);
    await unary(client, '/s/echo', bytes(''));
    expect(open()).toBe(1);
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    await once(session, 'remoteSettings');
    expect(open()).toBe(2);
    client.close();
    session.close();
    while (open() !== 0) await new Promise((done) => setImmediate(done));
  });

  it('says which setting to change when the port is taken', async () => {
    const { port } = await run([]);
    const error = await run([], { port }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BootError);
    expect((error as Error).message).toBe(
      `modules.grpc-server.listeners.grpc could not listen on 127.0.0.1:${port}: address already in use\n` +
        '    stop what listens there, or set another modules.grpc-server.listeners.grpc.port (0 picks a free one)',
    );
  });
});

describe('draining', () => {
  it('finishes open calls and takes no new connections', async () => {
    const inside = gate();
    const { listener, client, port } = await run([
      sink(async (messages) => {
        let n = 0;
        for await (const chunk of messages) {
          n += chunk.length;
          inside.open();
        }
        return bytes(String(n));
      }),
    ]);
    const { call, done } = stream(client, '/s/sink');
    call.write(bytes('1'));
    await inside.opened;
    const drained = listener.drain(new AbortController().signal);
    const late = connect(port, '127.0.0.1');
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    call.write(bytes('2'));
    call.end();
    expect(await done).toMatchObject({ code: status.OK, reply: Buffer.from('2') });
    await drained;
  });

  it('ends streams that clients leave open for more than 5 s with UNAVAILABLE', async () => {
    const due: Array<readonly [ms: number, fn: () => void]> = [];
    const manual: Clock = {
      now: () => 0,
      setTimeout: (fn, ms) => {
        due.push([ms, fn]);
        return { [Symbol.dispose]: () => undefined };
      },
    };
    const inside = gate();
    const method = sink(async (messages) => {
      for await (const _ of messages) inside.open();
      return bytes('');
    });
    const { listener, client } = await run([method], {}, {}, manual);
    const { call, done } = stream(client, '/s/sink');
    call.write(bytes('x'));
    await inside.opened;
    const drained = listener.drain(new AbortController().signal);
    expect(due.map(([ms]) => ms)).toEqual([5_000]);
    for (const [, fn] of due) fn();
    expect(await done).toEqual({ code: status.UNAVAILABLE, details: 'the server is shutting down' });
    await drained;
  });

  it('cuts what is still open at the deadline', async () => {
    const inside = gate();
    const aborted = gate();
    const { listener, client } = await run([
      sink(async (_messages, call) => {
        call.signal.addEventListener('abort', aborted.open);
        inside.open();
        await aborted.opened;
        return bytes('');
      }),
    ]);
    const { done } = stream(client, '/s/sink');
    await inside.opened;
    const deadline = new AbortController();
    const drained = listener.drain(deadline.signal);
    deadline.abort();
    await drained;
    await aborted.opened;
    expect((await done).code).not.toBe(status.OK);
  });
});
