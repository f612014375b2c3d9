import { describe, expect, it } from '@jest/globals';
import { checkModule, TEST_START } from '@skein/core/testing';
import events from '@skein/events';
import { LimitedReadsToken, TimeQueryToken } from '@skein/query/contract';
import { NamingToken, observations } from '@skein/telemetry';
import { MINUTE, type OfficialHost, officialHost } from './official-host.js';
import { reflectedEncoder } from './reflected-encoder.js';

const encode = reflectedEncoder('event/event.proto');
const COLLECT = '/skywalking.v3.EventService/collect';
const NO_COMMANDS = [new Uint8Array(0)];
const OK = { status: 200, headers: { 'content-type': 'application/protobuf' } };
const SECOND = { start: '2024-01-02 030400', end: '2024-01-02 030459', step: 'SECOND' } as const;

const START = {
  uuid: 'e-1',
  source: { service: 'shop::web', serviceInstance: 'web-1', endpoint: '/cart' },
  name: 'Restart',
  type: 'Normal',
  message: 'begins',
  parameters: { reason: 'deploy', by: 'ops' },
  startTime: MINUTE + 1000,
  layer: 'K8S',
};
const SHOWN = {
  uuid: 'e-1',
  source: { service: 'shop::web', serviceInstance: 'web-1', endpoint: '/cart' },
  name: 'Restart',
  type: 'Normal',
  message: 'begins',
  parameters: [
    { key: 'reason', value: 'deploy' },
    { key: 'by', value: 'ops' },
  ],
  startTime: MINUTE + 1000,
  endTime: 0,
  layer: 'K8S',
};

type Shown = typeof SHOWN;
const report = (fields: object): Uint8Array => encode('Event', fields);
const host = (): Promise<OfficialHost> => officialHost([events]);
const books = ({ kit }: OfficialHost) => kit.books().find((b) => b.publisher === 'events')!;

async function ask({ ask: query }: OfficialHost, condition: object = { time: SECOND }): Promise<readonly Shown[]> {
  const { queryEvents } = await query<{ queryEvents: { events: readonly Shown[] } }>(
    `query ($condition: EventQueryCondition) {
      queryEvents(condition: $condition) {
        events {
          uuid source { service serviceInstance endpoint } name type message parameters { key value } startTime endTime layer
        }
      }
    }`,
    { condition: { paging: { pageNum: 1, pageSize: 20 }, ...condition } },
  );
  return queryEvents.events;
}
const uuids = async (h: OfficialHost, condition?: object) => (await ask(h, condition)).map(({ uuid }) => uuid);
const post = ({ kit }: OfficialHost, body: string | object | Uint8Array, type?: string) =>
  kit.http('/v3/events', { body, ...(type !== undefined && { headers: { 'content-type': type } }) });

describe('an event', () => {
  it('comes back as it was sent over gRPC', async () => {
    await using h = await host();
    expect(await h.kit.grpc(COLLECT, [report(START)])).toEqual(NO_COMMANDS);
    expect(await ask(h)).toEqual([SHOWN]);
    h.kit.assertBooks();
  });

  it('and over HTTP, by names of either kind, numbers as text, and `source.instance` as well as `source.serviceInstance`', async () => {
    await using h = await host();
    const { serviceInstance: instance, ...source } = START.source;
    const written = [
      START,
      { ...START, uuid: 'e-2', type: 1, startTime: String(START.startTime), source: { ...source, instance } },
      { ...START, uuid: 'e-3', parameters: { count: 3, last: true, none: null } },
    ];
    expect(await post(h, written)).toEqual(OK);
    expect(await ask(h, { time: SECOND, order: 'ASC' })).toEqual([
      SHOWN,
      { ...SHOWN, uuid: 'e-2', type: 'Error' },
      {
        ...SHOWN,
        uuid: 'e-3',
        parameters: [
          { key: 'count', value: '3' },
          { key: 'last', value: 'true' },
        ],
      },
    ]);
    h.kit.assertBooks();
  });

  it.each([
    [undefined, 'GENERAL'],
    ['', 'GENERAL'],
    ['MESH', 'MESH'],
    ['NO_SUCH_LAYER', 'UNDEFINED'],
    ['__proto__', 'UNDEFINED'],
  ])('of layer %s is in %s, over both doors', async (written, layer) => {
    await using h = await host();
    const { layer: _, ...rest } = START;
    const event = { ...rest, ...(written !== undefined && { layer: written }) };
    await h.kit.grpc(COLLECT, [report(event)]);
    expect(await post(h, [{ ...event, uuid: 'e-2' }])).toEqual(OK);
    expect((await ask(h)).map((e) => e.layer)).toEqual([layer, layer]);
  });

  it('whose start and end come apart, in any order, is one, wherever the two lie', async () => {
    await using h = await host();
    const end = {
      uuid: 'e-1',
      source: START.source,
      name: 'Restart',
      type: 'Error',
      message: 'failed',
      endTime: MINUTE + 30_000,
      layer: 'K8S',
    };
    await h.kit.grpc(COLLECT, [report({ ...START, uuid: 'e-2' }), report({ ...end, type: 'Normal', uuid: 'e-2' })]);
    await h.kit.grpc(COLLECT, [report(end)]);
    expect(await post(h, [START])).toEqual(OK);
    const joined = { ...SHOWN, message: 'failed', endTime: MINUTE + 30_000 };
    const found = await ask(h);
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        { ...joined, type: 'Error' },
        { ...joined, uuid: 'e-2' },
      ]),
    );
    // Only the end lies in this range; the event is whole all the same.
    const range = { start: '2024-01-02 030420', end: '2024-01-02 030440', step: 'SECOND' };
    expect(await ask(h, { time: range, source: { service: 'shop::web' }, type: 'Error' })).toEqual([{ ...joined, type: 'Error' }]);
  });

  it('stands on one page only, however many reports it has', async () => {
    await using h = await host();
    const many = Array.from({ length: 30 }, (_, i) => [
      { ...START, uuid: `e-${i}`, startTime: MINUTE + i * 100 },
      { ...START, uuid: `e-${i}`, startTime: 0, endTime: MINUTE + 10_000 + i * 100 },
    ]).flat();
    await post(h, many);
    const seen: string[] = [];
    for (let pageNum = 1; pageNum <= 4; pageNum++) {
      const page = await ask(h, { time: SECOND, order: 'ASC', paging: { pageNum, pageSize: 10 } });
      expect(page.every((e) => e.startTime > 0 && e.endTime > 0)).toBe(true);
      seen.push(...page.map(({ uuid }) => uuid));
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => `e-${i}`));
  });

  it('that is sent again is stored once; one without uuid is one of its own each time', async () => {
    await using h = await host();
    await post(h, [START, START, { ...START, uuid: '' }, { ...START, uuid: '' }]);
    await post(h, [START]);
    const found = await ask(h);
    expect(found).toHaveLength(3);
    expect(new Set(found.map(({ uuid }) => uuid)).size).toBe(3);
  });

  it('without times happens now; with an end only at its end; long ago or far ahead it is left out and counted', async () => {
    await using h = await host();
    const at = (uuid: string, startTime: number, endTime = 0) => ({ ...START, uuid, startTime, endTime });
    const far = [at('past', 1000), at('future', TEST_START + 3_600_000), at('future end', 0, TEST_START + 3_600_000)];
    await post(h, [at('now', -1, -5), at('end', 0, MINUTE + 2000), ...far]);
    const found = await ask(h, { time: SECOND, order: 'ASC' });
    expect(found.map(({ uuid, startTime, endTime }) => [uuid, startTime, endTime])).toEqual([
      ['now', TEST_START, 0],
      ['end', 0, MINUTE + 2000],
    ]);
    expect(books(h)).toMatchObject({ received: 5, handled: 2, skipped: { 'out-of-time': 3 } });
    h.kit.assertBooks();
  });

  it('is cut to what is kept: names as those of the service, the message, and parameters one by one', async () => {
    await using h = await host();
    const long = '😀ä\u0001"'.repeat(2000);
    await post(h, [
      {
        ...START,
        name: long,
        message: `${'m'.repeat(1999)}😀`,
        source: { service: 's'.repeat(500), serviceInstance: 'i'.repeat(500), endpoint: '/e'.repeat(500) },
        parameters: { a: '1', long, b: 'ä'.repeat(3900), c: 'x'.repeat(100), d: '4', ['__proto__']: 'p' },
      },
      { ...START, uuid: 'e-2', source: { endpoint: long } },
    ]);
    const [first, second] = await ask(h, { time: SECOND, uuid: 'e-1' }).then(async (one) => [...one, ...(await ask(h, { uuid: 'e-2' }))]);
    expect(first).toMatchObject({
      message: 'm'.repeat(1999),
      source: { service: 's'.repeat(70), serviceInstance: 'i'.repeat(70), endpoint: '/e'.repeat(75) },
    });
    expect(first!.parameters.map(({ key }) => key)).toEqual(['a', 'b', 'd', '__proto__']);
    expect(first!.name).toBe(long.slice(0, 300));
    expect(second!.source.endpoint).toBe(long.slice(0, 300));
  });
});

describe('queryEvents', () => {
  it('finds by each condition, and by all of them together', async () => {
    await using h = await host();
    const other = {
      ...START,
      uuid: 'e-2',
      name: 'Upgrade',
      type: 'Error',
      layer: 'GENERAL',
      source: { service: 'cart', serviceInstance: 'cart-1', endpoint: '/items' },
      startTime: MINUTE + 90_000,
    };
    await post(h, [START, other]);
    const time = { ...SECOND, end: '2024-01-02 030600' };
    expect(await uuids(h, { time })).toEqual(['e-2', 'e-1']);
    expect(await uuids(h, { time, order: 'ASC' })).toEqual(['e-1', 'e-2']);
    expect(await uuids(h, { time: SECOND })).toEqual(['e-1']);
    for (const condition of [
      { name: 'Upgrade' },
      { type: 'Error' },
      { layer: 'GENERAL' },
      { source: { service: 'cart' } },
      { source: { serviceInstance: 'cart-1', service: '' } },
      { source: { endpoint: '/items' } },
      { uuid: 'e-2' },
      { uuid: 'e-2', name: 'Upgrade', type: 'Error', layer: 'GENERAL', source: { service: 'cart' } },
    ]) {
      expect([condition, await uuids(h, { time, ...condition })]).toEqual([condition, ['e-2']]);
    }
    expect(await uuids(h, { uuid: 'e-1' })).toEqual(['e-1']);
    expect(
      await uuids(h, { time, name: '', layer: '', uuid: '', source: { service: '', serviceInstance: '', endpoint: '' } }),
    ).toHaveLength(2);
    expect(await uuids(h, { time, uuid: 'e-1', type: 'Error' })).toEqual([]);
    expect(await uuids(h, { time, order: 'ASC', paging: { pageNum: 2, pageSize: 1 } })).toEqual(['e-2']);
  });

  it('needs a uuid or a time, which are what they should be', async () => {
    await using h = await host();
    await expect(ask(h, { name: 'Restart' })).rejects.toThrow('uuid or time');
    await expect(ask(h, { uuid: '' })).rejects.toThrow('uuid or time');
    await expect(h.ask('{ queryEvents { events { uuid } } }')).rejects.toThrow('uuid or time');
    await expect(ask(h, { time: { ...SECOND, start: 'yesterday' } })).rejects.toThrow('yyyy-MM-dd');
    await expect(ask(h, { uuid: 'e', paging: { pageSize: 1_000_000 } })).rejects.toThrow('page size');
  });
});

describe('bad input', () => {
  const GOOD = report(START);
  it.each<[string, Uint8Array]>([
    ['truncated', GOOD.subarray(0, -1)],
    ['a source that is a number', Buffer.from([0x10, 0x01])],
    ['a uuid beyond measure', report({ ...START, uuid: 'u'.repeat(301) })],
    ['a time that no clock shows', report({ ...START, startTime: 2 ** 62 })],
    ['a group', Buffer.from([0x0b])],
    ['random bytes', Buffer.from('9f3c1d77aa00ff', 'hex')],
  ])('in a stream is refused and counted, and the other events stay: %s', async (_what, message) => {
    await using h = await host();
    const stream = [GOOD, message, report({ ...START, uuid: 'e-2' })];
    await expect(h.kit.grpc(COLLECT, stream)).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining('1 of 3'),
    });
    expect([...(await uuids(h))].sort()).toEqual(['e-1', 'e-2']);
    expect(books(h)).toMatchObject({ received: 3, handled: 2, skipped: { malformed: 1 } });
    h.kit.assertBooks();
  });

  it('a million parameters are read as far as they could be stored', async () => {
    await using h = await host();
    const one = (i: number): Buffer => Buffer.from(`\x32\x0a\x0a\x08${String(i).padStart(8, '0')}`, 'latin1');
    const message = Buffer.concat([GOOD, ...Array.from({ length: 200_000 }, (_, i) => one(i))]);
    await h.kit.grpc(COLLECT, [message]);
    const [event] = await ask(h);
    expect(JSON.stringify(Object.fromEntries(event!.parameters.map(({ key, value }) => [key, value]))).length).toBeLessThanOrEqual(4000);
    h.kit.assertBooks();
  });

  it('in an array is refused with the place of the mistake, and the other events stay', async () => {
    await using h = await host();
    const reply = await post(h, [START, { ...START, uuid: 'bad', source: { service: 5 } }, { ...START, uuid: 'e-2' }, 7]);
    expect(reply.status).toBe(400);
    expect(String(reply.body)).toContain('source.service');
    expect([...(await uuids(h))].sort()).toEqual(['e-1', 'e-2']);
    expect(books(h)).toMatchObject({ received: 4, handled: 2, skipped: { malformed: 2 } });
    h.kit.assertBooks();
  });

  it.each<[string, string | Uint8Array, string | undefined, number, string]>([
    ['an object where an array belongs', JSON.stringify(START), 'application/json', 400, 'malformed'],
    ['text that is no JSON', '[{"uuid"', 'application/json', 400, 'malformed'],
    ['a body of brackets', '['.repeat(100_000), 'application/json', 400, 'malformed'],
    ['bytes that are no text', Buffer.from([0x5b, 0xff, 0x5d]), 'application/json', 400, 'malformed'],
    ['protobuf', GOOD, 'application/x-protobuf', 415, 'content-type'],
    ['no type at all', GOOD, undefined, 415, 'content-type'],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415, 'content-type'],
  ])('over HTTP is refused and counted: %s', async (_what, body, type, status, reason) => {
    await using h = await host();
    expect((await post(h, body, type)).status).toBe(status);
    expect(books(h)).toMatchObject({ received: 1, skipped: { [reason]: 1 } });
    h.kit.assertBooks();
  });
});

it('keeps the contract of modules', () => {
  const plain = (name: string): string => name;
  return checkModule({
    module: events,
    services: [
      [NamingToken, { service: plain, instance: plain, endpoint: (_: string, name: string) => name }],
      [LimitedReadsToken, {}],
      [TimeQueryToken, { retention: () => ({ records: -1 }) }],
    ],
    inputs: {
      stream: observations,
      count: 150,
      send: async (kit, n) => {
        const fields = { ...START, uuid: `n${n}` };
        if (n % 2 === 0) await kit.grpc(COLLECT, [report(fields)], { timeoutMs: 30_000 });
        else if ((await kit.http('/v3/events', { body: [fields] })).status !== 200) throw new Error('refused');
      },
      read: ({ records }) => Number(String(records[0]!.row.uuid).slice(1)),
    },
  });
});
