import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createTestHost, type TestHost } from '@skein/core/testing';
import { type ConfigTree, DynamicConfigToken } from '@skein/dynamic-config/contract';
import { skywalking } from '@skein/proto';
import { skywalking as wire } from '@skein/proto/configuration';
import { NamingToken } from '@skein/telemetry';
import { AgentSettings } from './agent-settings.js';
import management from './module.js';

const { Commands } = skywalking.v3;
const PATH = '/skywalking.v3.ConfigurationDiscoveryService/fetchConfigurations';
const sha512 = (text: string): string => createHash('sha512').update(text).digest('hex');
const naming = { service: (n: string) => n, instance: (n: string) => n, endpoint: (_: string, n: string) => n };

/** A host whose dynamic settings a test changes. */
async function rig(config: object = {}) {
  let changed: (tree: ConfigTree | undefined) => void = () => {};
  const dynamic = {
    watch: (_key: string, listener: typeof changed) => {
      changed = listener;
      return { [Symbol.dispose]: () => {} };
    },
  };
  const services = [[NamingToken, naming] as const, [DynamicConfigToken, dynamic] as const];
  const kit = await createTestHost({ modules: [management], services, config: { management: config } });
  return { kit, use: (tree: ConfigTree | undefined) => changed(tree) };
}
async function fetch(kit: TestHost, service: string, uuid = '') {
  const [reply] = await kit.grpc(PATH, [wire.v3.ConfigurationSyncRequest.encode({ service, uuid }).finish()]);
  return Commands.decode(reply!).commands!.map(({ command, args }) => ({ command, args: args!.map(({ key, value }) => [key, value]) }));
}
const SHOP = { configurations: { shop: { 'agent.sample_n_per_3_secs': '10', 'agent.ignore_suffix': '.js' } } };
const SHOP_UUID = sha512('agent.sample_n_per_3_secs:10agent.ignore_suffix:.js');

describe('configuration discovery', () => {
  it('sends all settings of a service with their digest, in the order of the file', async () => {
    const { kit, use } = await rig();
    await using _ = kit;
    use(SHOP);
    expect(await fetch(kit, 'shop')).toEqual([
      {
        command: 'ConfigurationDiscoveryCommand',
        args: [
          ['SerialNumber', expect.stringMatching(/^[0-9a-f-]{36}$/)],
          ['UUID', SHOP_UUID],
          ['agent.sample_n_per_3_secs', '10'],
          ['agent.ignore_suffix', '.js'],
        ],
      },
    ]);
  });

  it('sends nothing to an agent that has them already, and everything after a change, with a new serial number each time', async () => {
    const { kit, use } = await rig();
    await using _ = kit;
    use(SHOP);
    expect(await fetch(kit, 'shop', SHOP_UUID)).toEqual([]);
    use({ configurations: { shop: { a: '1' } } });
    const replies = [await fetch(kit, 'shop', SHOP_UUID), await fetch(kit, 'shop', SHOP_UUID)];
    expect(replies.map(([command]) => command!.args.slice(1))).toEqual(
      Array(2).fill([
        ['UUID', sha512('a:1')],
        ['a', '1'],
      ]),
    );
    expect(new Set(replies.map(([command]) => command!.args[0]![1])).size).toBe(2);
  });

  it('tells a service that is not named, or named no longer, to fall back to what it was started with', async () => {
    const { kit, use } = await rig();
    await using _ = kit;
    const fallBack = [expect.anything(), ['UUID', sha512('EMPTY')]];
    expect((await fetch(kit, 'shop'))[0]!.args).toEqual(fallBack);
    use(SHOP);
    use(undefined);
    expect((await fetch(kit, 'shop', SHOP_UUID))[0]!.args).toEqual(fallBack);
    expect(await fetch(kit, 'shop', sha512('EMPTY'))).toEqual([]);
    expect((await fetch(kit, '__proto__'))[0]!.args).toEqual(fallBack);
  });

  it('sends them always where the digest is switched off', async () => {
    const { kit, use } = await rig({ disableMessageDigest: true });
    await using _ = kit;
    use(SHOP);
    expect(await fetch(kit, 'shop', SHOP_UUID)).toHaveLength(1);
  });

  it('answers without dynamic settings too', async () => {
    await using kit = await createTestHost({ modules: [management], services: [[NamingToken, naming]] });
    expect((await fetch(kit, 'shop'))[0]!.args[1]).toEqual(['UUID', sha512('EMPTY')]);
    await expect(kit.grpc(PATH, [Uint8Array.of(0x0a, 5, 1)])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
  });
});

it.each([
  ['a list', [], 'the value must be a map'],
  ['another key', { configuration: {} }, 'expected the key "configurations" (got "configuration")'],
  ['a service without settings of its own', { configurations: { shop: 'x' } }, 'shop must be a map'],
  [
    'a setting that is a map',
    { configurations: { shop: { a: { b: '1' } } } },
    'configurations.shop.a must be one value, not a list or a map',
  ],
] as [string, ConfigTree, string][])('refuses %s, and keeps what was', (_what, tree, problem) => {
  const settings = new AgentSettings();
  settings.use(SHOP);
  expect(() => settings.use(tree)).toThrow(problem);
  expect(settings.of('shop').uuid).toBe(SHOP_UUID);
});
