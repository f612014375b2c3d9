import { describe, expect, it } from '@jest/globals';
import { HostStatusToken } from '@skein/core';
import { checkModule, createTestHost, TEST_START, type TestHost } from '@skein/core/testing';
import { skywalking } from '@skein/proto';
import { InstanceModel, NamingToken, observations, ServiceModel } from '@skein/telemetry';
import { checkEntityUpdate } from '@skein/telemetry/storage';
import management from './module.js';

const { InstancePingPkg, InstanceProperties } = skywalking.v3;
const V3 = '/skywalking.v3.ManagementService';
const SHOP = { service: 'shop::web', serviceInstance: 'web-1' };
const SERVICE_ID = `${Buffer.from('shop::web').toString('base64')}.1`;
const INSTANCE_ID = `${SERVICE_ID}_${Buffer.from('web-1').toString('base64')}`;
const MINUTE = TEST_START - (TEST_START % 60_000);

const naming = {
  service: (name: string) => name.slice(0, 70),
  instance: (name: string) => name.slice(0, 70),
  endpoint: (_service: string, name: string) => name.slice(0, 150),
};
const services = [[NamingToken, naming]] as const;
const start = (): Promise<TestHost> => createTestHost({ modules: [management], services });
const updates = (kit: TestHost) => kit.collector(observations).items.flatMap((o) => o.entities);
const rows = (kit: TestHost) => updates(kit).map(({ model, id, row }) => ({ model: model.name, id, row }));
const ping = (layer?: string): Uint8Array => InstancePingPkg.encode({ ...SHOP, ...(layer !== undefined && { layer }) }).finish();
const properties = (...pairs: ReadonlyArray<readonly [string, string]>): Uint8Array =>
  InstanceProperties.encode({ ...SHOP, layer: 'FAAS', properties: pairs.map(([key, value]) => ({ key, value })) }).finish();
const books = (kit: TestHost) => kit.books().find((b) => b.stream === observations.id)!;

const seen = { firstSeen: MINUTE, lastSeen: MINUTE };
const instanceRow = { name: 'web-1', service: SERVICE_ID, ...seen };
const serviceRow = { name: 'shop::web', group: 'shop', shortName: 'web', normal: true, ...seen };

describe('keepAlive', () => {
  it('shows the service in its layer, and the instance alive', async () => {
    await using kit = await start();
    expect(await kit.grpc(`${V3}/keepAlive`, [ping('FAAS')])).toEqual([new Uint8Array(0)]);
    expect(rows(kit)).toEqual([
      { model: ServiceModel.name, id: SERVICE_ID, row: { ...serviceRow, layers: ['FAAS'] } },
      { model: InstanceModel.name, id: INSTANCE_ID, row: { ...instanceRow, layers: ['FAAS'] } },
    ]);
    expect(updates(kit).every((u) => u.active === true && u.at === MINUTE)).toBe(true);
    kit.assertBooks();
  });

  it.each([
    [undefined, 'GENERAL'],
    ['', 'GENERAL'],
    ['NO_SUCH_LAYER', 'UNDEFINED'],
    ['general', 'UNDEFINED'],
    ['__proto__', 'UNDEFINED'],
  ])('takes layer %s as %s; the service stays a normal one', async (written, layer) => {
    await using kit = await start();
    await kit.grpc('/ManagementService/keepAlive', [ping(written)]);
    expect(rows(kit)[0]).toEqual({ model: ServiceModel.name, id: SERVICE_ID, row: { ...serviceRow, layers: [layer] } });
  });
});

describe('reportInstanceProperties', () => {
  const stored = (kit: TestHost): unknown => JSON.parse(String(updates(kit).at(-1)!.row.properties));

  it('names the instance and its properties, with the addresses joined; no service, and no layer', async () => {
    await using kit = await start();
    const message = properties(['language', 'NodeJS'], ['ipv4', '10.0.0.1'], ['OS Name', 'linux'], ['ipv4', '10.0.0.2']);
    expect(await kit.grpc(`${V3}/reportInstanceProperties`, [message])).toEqual([new Uint8Array(0)]);
    const text = '{"language":"NodeJS","OS Name":"linux","ipv4s":"10.0.0.1,10.0.0.2"}';
    expect(rows(kit)).toEqual([{ model: InstanceModel.name, id: INSTANCE_ID, row: { ...instanceRow, properties: text } }]);
  });

  it('has addresses always, the last of repeated keys, and __proto__ as a key like any other', async () => {
    await using kit = await start();
    await kit.grpc('/ManagementService/reportInstanceProperties', [properties(['k', '1'], ['__proto__', 'p'], ['k', '2'])]);
    expect(updates(kit).at(-1)!.row.properties).toBe('{"k":"2","__proto__":"p","ipv4s":""}');
  });

  it('cuts what is too long, so that every row fits its model', async () => {
    await using kit = await start();
    const huge = 'ä\u0001"'.repeat(20_000);
    const report = {
      service: 's'.repeat(10_240),
      serviceInstance: 'i'.repeat(10_240),
      properties: [
        { key: 'big', value: huge },
        { key: 'k', value: 'v' },
      ],
    };
    await kit.grpc(`${V3}/reportInstanceProperties`, [InstanceProperties.encode(report).finish()]);
    expect(stored(kit)).toEqual({ k: 'v', ipv4s: '' });
    expect(kit.get(HostStatusToken).metrics()).toMatch(/skein_instance_properties_left_out_total\{[^}]*\} 1\n/);
    const many = Array.from({ length: 5000 }, (_, i) => [`key ${i}`, '\u0001'.repeat(20)] as const);
    await kit.grpc(`${V3}/reportInstanceProperties`, [properties(...many, ...many.map(() => ['ipv4', '10.0.0.1'] as const))]);
    for (const update of updates(kit)) expect(checkEntityUpdate(update.model, update)).toBeUndefined();
  });
});

describe('HTTP', () => {
  const OK = { status: 200, headers: { 'content-type': 'application/protobuf' } };

  it('takes both reports as JSON and as protobuf', async () => {
    await using kit = await start();
    expect(await kit.http('/v3/management/keepAlive', { body: { ...SHOP, layer: 'FAAS' } })).toEqual(OK);
    expect(await kit.http('/v3/management/keepAlive', { body: ping('FAAS') })).toEqual(OK);
    expect(
      await kit.http('/v3/management/reportProperties', { body: { ...SHOP, properties: [{ key: 'language', value: 'lua' }] } }),
    ).toEqual(OK);
    expect(await kit.http('/v3/management/reportProperties', { body: properties(['language', 'lua']) })).toEqual(OK);
    const all = rows(kit);
    expect(all.slice(0, 2)).toEqual(all.slice(2, 4));
    expect(all[4]).toEqual(all[5]);
    expect(all).toHaveLength(6);
  });

  it.each<[string, string | Uint8Array, string | undefined, number, Record<string, number>]>([
    ['malformed JSON', '{"service"', 'application/json', 400, { malformed: 1 }],
    ['a wrong type', '{"service":["a"]}', 'application/json', 400, { malformed: 1 }],
    ['an array', '[]', 'application/json', 400, { malformed: 1 }],
    ['truncated protobuf', ping('FAAS').subarray(0, -1), undefined, 400, { malformed: 1 }],
    ['another content type', 'service=a', 'application/x-www-form-urlencoded', 415, { 'content-type': 1 }],
  ])('refuses and counts %s', async (_what, body, type, status, skipped) => {
    for (const path of ['/v3/management/keepAlive', '/v3/management/reportProperties']) {
      await using kit = await start();
      expect((await kit.http(path, { body, ...(type !== undefined && { headers: { 'content-type': type } }) })).status).toBe(status);
      expect(books(kit)).toMatchObject({ received: 1, skipped });
      expect(updates(kit)).toEqual([]);
      kit.assertBooks();
    }
  });
});

it('keeps the contract of modules', () =>
  checkModule({
    module: management,
    services,
    inputs: {
      stream: observations,
      count: 100,
      send: (kit, n) => kit.grpc(`${V3}/keepAlive`, [InstancePingPkg.encode({ service: 's', serviceInstance: String(n) }).finish()]),
      read: ({ entities }) => Number(entities[1]!.row.name),
    },
  }));
