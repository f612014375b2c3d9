import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { GrpcMethod, RawMessages } from '@skein/core';
import { CALL_HEADERS, closeAll, frame, gate, PREFACE, rawClient, rawFrame, rawHead, replyOf, run } from './grpc-rig.test.helper.js';

afterEach(closeAll);

const echo: GrpcMethod = { listener: 'grpc', path: '/s/echo', kind: 'unary', handle: (request) => request };
const counting: GrpcMethod = {
  listener: 'grpc',
  path: '/s/count',
  kind: 'client-stream',
  handle: async (messages) => {
    const lengths: number[] = [];
    for await (const chunk of messages) lengths.push(...chunk.map((m) => m.byteLength));
    return Buffer.from(JSON.stringify(lengths));
  },
};
const sink = (handle: (messages: RawMessages, signal: AbortSignal) => Promise<Uint8Array>): GrpcMethod => ({
  listener: 'grpc',
  path: '/s/sink',
  kind: 'client-stream',
  handle: (messages, { signal }) => handle(messages, signal),
});
/** A message as gRPC frames it, marked as compressed. */
const compressed = (message: Uint8Array): Buffer => {
  const bytes = frame(message);
  bytes[0] = 1;
  return bytes;
};

describe('a request', () => {
  it('may be cut into pieces anywhere', async () => {
    const { port } = await run([counting]);
    const session = rawClient(port);
    const whole = Buffer.concat([frame(Buffer.from('abc')), frame(new Uint8Array(0)), frame(new Uint8Array(200_000))]);
    const pieces = [1, 3, 4, 7, 8, 12, 14, 16, 17, 20_000, 150_000];
    const stream = session.request({ ...CALL_HEADERS, ':path': '/s/count' });
    let from = 0;
    for (const to of [...pieces, whole.length]) {
      stream.write(whole.subarray(from, to));
      from = to;
      // A ping and its answer: the piece has arrived alone.
      await new Promise((done) => session.ping(done));
    }
    stream.end();
    const { status, body } = await replyOf(stream);
    expect([status, body.subarray(5).toString()]).toEqual(['0', '[3,0,200000]']);
  });

  it('is refused when it ends inside a message, since the half would be lost silently', async () => {
    const { port, errors, counters } = await run([counting]);
    const session = rawClient(port);
    for (const half of [frame(Buffer.from('abc')).subarray(0, 7), Buffer.from([0, 0, 0])]) {
      const stream = session.request({ ...CALL_HEADERS, ':path': '/s/count' });
      stream.end(half);
      expect(await replyOf(stream)).toMatchObject({ status: '13', message: 'the request ends inside a message' });
    }
    expect(errors).toEqual([]);
    expect(counters.values.get('grpc_calls_total /s/count INTERNAL')).toBe(2);
  });

  it('is answered 415 when it is no gRPC, and 405 when it is no POST', async () => {
    const { port, counters } = await run([echo]);
    const session = rawClient(port);
    const json = session.request({ ...CALL_HEADERS, ':path': '/s/echo', 'content-type': 'application/json' });
    json.end('{}');
    expect(await replyOf(json)).toMatchObject({ http: 415, status: undefined });
    const get = session.request({ ...CALL_HEADERS, ':path': '/s/echo', ':method': 'GET' });
    expect(await replyOf(get)).toMatchObject({ http: 405, status: undefined });
    expect(counters.values.size).toBe(0);
  });

  it('is refused with a timeout that is none, and with one that is over at once', async () => {
    const { port } = await run([sink(async (messages) => (await messages[Symbol.asyncIterator]().next()).value![0]!)]);
    const session = rawClient(port);
    const bad = session.request({ ...CALL_HEADERS, ':path': '/s/sink', 'grpc-timeout': '5 years' });
    expect(await replyOf(bad)).toMatchObject({ http: 200, status: '13', message: 'the header grpc-timeout is malformed' });
    const short = session.request({ ...CALL_HEADERS, ':path': '/s/sink', 'grpc-timeout': '1n' });
    expect(await replyOf(short)).toMatchObject({ status: '4', message: 'deadline exceeded' });
  });

  it('carries binary metadata as padded base64, and none of what belongs to the transport', async () => {
    let seen: ReadonlyMap<string, string> = new Map();
    const { port } = await run([
      {
        listener: 'grpc',
        path: '/s/echo',
        kind: 'unary',
        handle: (request, call) => {
          seen = call.metadata;
          return request;
        },
      },
    ]);
    const stream = rawClient(port).request({ ...CALL_HEADERS, ':path': '/s/echo', 'id-bin': 'YQ,YWI', 'grpc-timeout': '5S', a: 'b' });
    stream.end(frame(Buffer.from('x')));
    expect((await replyOf(stream)).status).toBe('0');
    expect([...seen]).toEqual([
      ['id-bin', 'YQ==, YWI='],
      ['a', 'b'],
    ]);
  });

  it('gets the text of its refusal percent-encoded', async () => {
    const { port } = await run([]);
    const stream = rawClient(port).request({ ...CALL_HEADERS, ':path': '/50%/é\u00a0' });
    const reply = await replyOf(stream);
    expect(reply).toMatchObject({ http: 200, status: '12', headers: { 'grpc-accept-encoding': 'identity,deflate,gzip' } });
    expect(reply.message).toMatch(/^the server has no method \/50%25\/[!-~]+$/);
  });
});

describe('compression', () => {
  it('keeps plain and compressed messages of one call in order', async () => {
    const { port } = await run([counting]);
    const stream = rawClient(port).request({ ...CALL_HEADERS, ':path': '/s/count', 'grpc-encoding': 'gzip' });
    const sizes = Array.from({ length: 200 }, (_, i) => (i * 7919) % 5000);
    stream.end(Buffer.concat(sizes.map((n, i) => (i % 3 === 0 ? frame(new Uint8Array(n)) : compressed(gzipSync(new Uint8Array(n)))))));
    const { status, body } = await replyOf(stream);
    expect([status, JSON.parse(body.subarray(5).toString())]).toEqual(['0', sizes]);
  });

  it('holds back messages whose inflated form is large until the handler takes them', async () => {
    const first = gate();
    const go = gate();
    let received = 0;
    const { port } = await run([
      sink(async (messages) => {
        for await (const chunk of messages) {
          for (const message of chunk) received += message.byteLength;
          first.open();
          await go.opened;
        }
        return Buffer.from(String(received));
      }),
    ]);
    const bomb = compressed(deflateSync(new Uint8Array(1_000_000)));
    const stream = rawClient(port).request({ ...CALL_HEADERS, ':path': '/s/sink', 'grpc-encoding': 'deflate' });
    stream.end(Buffer.concat(Array.from({ length: 50 }, () => bomb)));
    await first.opened;
    expect(received).toBeLessThan(3_000_000);
    go.open();
    expect((await replyOf(stream)).body.subarray(5).toString()).toBe('50000000');
  });

  it('is refused when it is broken, unknown, unnamed, or marked by another byte', async () => {
    const { port, errors } = await run([echo]);
    const session = rawClient(port);
    const ask = async (encoding: string | undefined, body: Buffer): Promise<readonly (string | undefined)[]> => {
      const stream = session.request({ ...CALL_HEADERS, ':path': '/s/echo', ...(encoding && { 'grpc-encoding': encoding }) });
      stream.end(body);
      const { status, message } = await replyOf(stream);
      return [status, message];
    };
    expect(await ask('gzip', compressed(Buffer.from('no gzip')))).toEqual(['13', 'a message cannot be inflated (gzip)']);
    expect(await ask('snappy', compressed(Buffer.from('x')))).toEqual(['12', 'messages with the encoding "snappy" cannot be read']);
    expect((await ask(undefined, compressed(Buffer.from('x'))))[0]).toBe('13');
    expect((await ask('gzip', Buffer.from([7, 0, 0, 0, 0])))[0]).toBe('13');
    expect((await ask('snappy', frame(Buffer.from('plain'))))[0]).toBe('0');
    expect(errors).toEqual([]);
  });
});

describe('a hostile client', () => {
  it('that only announces a large message takes no memory for it', async () => {
    const { port } = await run([counting], { maxMessageBytes: 1024 ** 3 });
    const session = rawClient(port);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 50; i++) {
      session
        .request({ ...CALL_HEADERS, ':path': '/s/count' })
        .on('error', () => undefined)
        .write(Buffer.from([0, 0x3f, 0xff, 0xff, 0xff, 1]));
    }
    await new Promise((done) => session.ping(done));
    await new Promise((done) => session.ping(done));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
  });

  it('that goes on sending after its refusal is cut off, and the connection stays', async () => {
    const { port } = await run([echo], { maxMessageBytes: 1024 });
    const session = rawClient(port);
    const stream = session.request({ ...CALL_HEADERS, ':path': '/s/echo' });
    stream.write(frame(new Uint8Array(2000)));
    expect(await replyOf(stream)).toMatchObject({ status: '8' });
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
    const next = session.request({ ...CALL_HEADERS, ':path': '/s/echo' });
    next.end(frame(Buffer.from('alive')));
    expect((await replyOf(next)).status).toBe('0');
  });

  it('that resets its stream without an error has cancelled the call, not ended it', async () => {
    const inside = gate();
    const done = gate();
    let end: unknown;
    const { port, counters } = await run([
      sink(async (messages) => {
        try {
          for await (const _ of messages) inside.open();
          end = 'ended';
        } catch (error) {
          end = error;
        }
        done.open();
        return new Uint8Array(0);
      }),
    ]);
    const socket = connect(port, '127.0.0.1');
    socket.resume().write(Buffer.concat([PREFACE, rawHead(1, '/s/sink'), rawFrame(0, 0, 1, frame(Buffer.from('x')))]));
    await inside.opened;
    socket.write(rawFrame(3, 0, 1, Buffer.alloc(4)));
    await done.opened;
    socket.destroy();
    expect(end).toMatchObject({ message: 'the call has ended' });
    expect(counters.values.get('grpc_calls_total /s/sink CANCELLED')).toBe(1);
  });

  it('that opens and resets streams in a row leaves no open calls, and others are served', async () => {
    const { port, counters, errors } = await run([counting]);
    for (let round = 0; round < 3; round++) {
      const session = rawClient(port);
      await once(session, 'remoteSettings');
      for (let i = 0; i < 2000 && !session.destroyed; i++) {
        const stream = session.request({ ...CALL_HEADERS, ':path': '/s/count' });
        stream.on('error', () => undefined);
        stream.close(constants.NGHTTP2_CANCEL);
        if (i % 100 === 0) await new Promise((done) => setImmediate(done));
      }
      session.destroy();
    }
    const stream = rawClient(port).request({ ...CALL_HEADERS, ':path': '/s/count' });
    stream.end(frame(Buffer.from('abc')));
    expect((await replyOf(stream)).status).toBe('0');
    while (counters.gauges.get('grpc_open_calls')!() !== 0) await new Promise((done) => setImmediate(done));
    expect(errors).toEqual([]);
  });

  it('that floods with settings, pings or empty frames harms nobody else', async () => {
    const { port, errors } = await run([counting]);
    const floods = [
      rawFrame(4, 0, 0, new Uint8Array(0)),
      rawFrame(6, 0, 0, new Uint8Array(8)),
      rawFrame(2, 0, 1, Buffer.from([0, 0, 0, 3, 1])),
      rawFrame(0, 0, 1, new Uint8Array(0)),
      rawFrame(9, 0, 1, new Uint8Array(1)),
    ];
    for (const flood of floods) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      // It never reads what the server answers.
      socket.pause();
      socket.write(Buffer.concat([PREFACE, rawHead(1, '/s/count'), ...Array.from({ length: 20_000 }, () => flood)]));
      const stream = rawClient(port).request({ ...CALL_HEADERS, ':path': '/s/count' });
      stream.end(frame(Buffer.from('abc')));
      expect((await replyOf(stream)).status).toBe('0');
      socket.destroy();
    }
    expect(errors).toEqual([]);
  });

  it('cannot open more streams than allowed on one connection', async () => {
    const { port, counters } = await run([counting], { maxConcurrentStreams: 3 });
    const session = rawClient(port);
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(3);
    expect(session.remoteSettings.enablePush).toBe(false);
    for (let i = 0; i < 10; i++) session.request({ ...CALL_HEADERS, ':path': '/s/count' }).on('error', () => undefined);
    for (let i = 0; i < 3; i++) await new Promise((done) => session.ping(done));
    expect(counters.gauges.get('grpc_open_calls')!()).toBe(3);
  });
});

describe('a connection', () => {
  it('is told to go away when it had no call for the idle time', async () => {
    const { port } = await run([echo], { idleTimeout: 50 });
    const session = rawClient(port);
    const [code] = (await once(session, 'goaway')) as [number];
    expect(code).toBe(constants.NGHTTP2_NO_ERROR);
  });

  it('is kept while a call is open, however long it is silent', async () => {
    const { port } = await run([counting], { idleTimeout: 20 });
    const session = rawClient(port);
    const stream = session.request({ ...CALL_HEADERS, ':path': '/s/count' });
    stream.write(frame(Buffer.from('a')));
    const timer = gate();
    setTimeout(timer.open, 100);
    await timer.opened;
    expect(session.closed).toBe(false);
    stream.end();
    expect((await replyOf(stream)).status).toBe('0');
    await once(session, 'close');
  });

  it('is cut when its client does not answer pings', async () => {
    const { port, counters } = await run([echo], { keepaliveTime: 10, keepaliveTimeout: 1000 });
    const dead = connect(port, '127.0.0.1');
    dead.on('error', () => undefined);
    dead.write(PREFACE);
    await once(dead.resume(), 'close');
    const session = rawClient(port);
    for (let i = 0; i < 5; i++) await once(session, 'ping');
    expect(session.closed).toBe(false);
    session.destroy();
    while (counters.gauges.get('grpc_open_connections')!() !== 0) await new Promise((done) => setImmediate(done));
  });
});
