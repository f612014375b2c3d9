import { afterEach, describe, expect, it } from '@jest/globals';
import storageMemory from '@skein/storage-memory';
import {
  AddressAliasModel,
  addressAliasId,
  EndpointRelationModel,
  endpointId,
  endpointRelationId,
  InstanceRelationClientModel,
  InstanceRelationServerModel,
  instanceId,
  relationId,
  ServiceRelationClientModel,
  ServiceRelationServerModel,
  serviceId,
  serviceUpdate,
} from '@skein/telemetry';
import type { EntityModel, EntityUpdate } from '@skein/telemetry/storage';
import { a, b, countRounds, minutes, start as startWith, stopAll, T0 } from './query.test.kit.js';

afterEach(stopAll);
const start = (zone?: string, config?: object) => startWith(storageMemory, zone, config);

describe('topology', () => {
  const user = serviceId('User', false);
  const database = serviceId('10.0.0.9:3306', false);
  const address = serviceId('10.0.0.2:8080', true);
  const seen = (model: EntityModel, source: string, dest: string, component: number, at = T0): EntityUpdate => ({
    model,
    id: relationId(source, dest),
    at,
    row: { source, dest, sourceService: source, destService: dest, components: [String(component)] },
  });
  const [tomcat, springMvc, httpClient, mysqlClient, node] = [1, 14, 2, 33, 4001];

  /** User -> a -> b -> database; a calls b by its address, which is a known alias. */
  async function shop() {
    const kit = await start();
    await kit.see(
      serviceUpdate(a, 'a', 'GENERAL', T0),
      serviceUpdate(b, 'b', 'GENERAL', T0),
      serviceUpdate(database, '10.0.0.9:3306', 'VIRTUAL_DATABASE', T0),
      seen(ServiceRelationServerModel, user, a, node!),
      seen(ServiceRelationClientModel, a, address, httpClient!),
      seen(ServiceRelationServerModel, a, b, tomcat!),
      seen(ServiceRelationServerModel, a, b, springMvc!),
      seen(ServiceRelationClientModel, b, database, mysqlClient!),
    );
    await kit.see({
      model: AddressAliasModel,
      id: addressAliasId('10.0.0.2:8080'),
      at: T0,
      row: { address: '10.0.0.2:8080', service: 'b', instance: 'i' },
    });
    return kit;
  }
  const userNode = { id: user, name: 'User', type: 'USER', isReal: false, layers: ['UNDEFINED'] };
  const aNode = { id: a, name: 'a', type: 'HttpServer', isReal: true, layers: ['GENERAL'] };
  const bNode = { id: b, name: 'b', type: 'SpringMVC', isReal: true, layers: ['GENERAL'] };
  const databaseNode = { id: database, name: '10.0.0.9:3306', type: 'Mysql', isReal: false, layers: ['VIRTUAL_DATABASE'] };
  const call = (source: string, target: string, c: readonly string[], s: readonly string[], detectPoints: readonly string[]) => ({
    id: relationId(source, target),
    source,
    target,
    sourceComponents: c,
    targetComponents: s,
    detectPoints,
  });
  const userCall = call(user, a, [], ['HttpServer'], ['SERVER']);
  const merged = call(a, b, ['HttpClient'], ['SpringMVC', 'Tomcat'], ['CLIENT', 'SERVER']);
  const databaseCall = call(b, database, ['mysql-connector-java'], [], ['CLIENT']);
  const sorted = <T extends { readonly id: string }>(items: readonly T[]) => [...items].sort((x, y) => (x.id < y.id ? -1 : 1));
  /** Components of a union come in no certain order. */
  const calm = <T extends { readonly targetComponents: readonly string[] }>(c: T) => ({
    ...c,
    targetComponents: [...c.targetComponents].sort(),
  });

  it('shows the whole map: user, both sides of an edge joined by the alias, the database by its product', async () => {
    const kit = await shop();
    const map = await kit.topology.global(undefined, minutes(kit, '0240', '0240'));
    expect(sorted(map.nodes)).toEqual(sorted([userNode, aNode, bNode, databaseNode]));
    expect(sorted(map.calls.map(calm))).toEqual(sorted([userCall, merged, databaseCall]));
  });

  it('shows one hop around the services asked for, and types the caller at the edge by its own callers', async () => {
    const kit = await shop();
    const range = minutes(kit, '0240', '0245');
    const around = await kit.topology.services([b], range);
    expect(sorted(around.nodes)).toEqual(sorted([aNode, bNode, databaseNode]));
    expect(sorted(around.calls.map((c) => ({ id: c.id, detectPoints: c.detectPoints })))).toEqual(
      sorted([
        { id: merged.id, detectPoints: ['SERVER'] },
        { id: databaseCall.id, detectPoints: ['CLIENT'] },
      ]),
    );
    expect((await kit.topology.global('GENERAL', range)).calls).toHaveLength(3);
    expect(await kit.topology.global('FAAS', range)).toEqual({ nodes: [], calls: [] });
    expect(await kit.topology.services([], range)).toEqual({ nodes: [], calls: [] });
    expect(await kit.topology.services(['not an id', serviceId('c', true)], range)).toEqual({ nodes: [], calls: [] });
  });

  it('shows the same for a long list of services as for a short one', async () => {
    const kit = await shop();
    const range = minutes(kit, '0240', '0245');
    const others = Array.from({ length: 200 }, (_, i) => serviceId(`other${i}`, true));
    const ids = (map: { readonly calls: readonly { readonly id: string }[] }) => map.calls.map((c) => c.id).sort();
    expect(ids(await kit.topology.services([b, ...others], range))).toEqual(ids(await kit.topology.services([b], range)));
    expect((await kit.topology.services(others, range)).calls).toEqual([]);
  });

  it('shows only relations active in the range, at the precision of the step', async () => {
    const kit = await shop();
    expect((await kit.topology.global(undefined, minutes(kit, '0241', '0300'))).calls).toEqual([]);
    const hour = kit.time.parse({ start: '2024-01-02 02', end: '2024-01-02 02', step: 'HOUR' });
    expect((await kit.topology.global(undefined, hour)).calls).toHaveLength(3);
  });

  it('leaves an address that no alias is known for as it is, and a node that nobody called without type', async () => {
    const kit = await start();
    await kit.see(seen(ServiceRelationClientModel, a, address, 999_999));
    const map = await kit.topology.services([a], minutes(kit, '0240', '0240'));
    expect(map.nodes).toEqual(
      [
        { id: address, name: '10.0.0.2:8080', type: undefined, isReal: true, layers: ['UNDEFINED'] },
        { id: a, name: 'a', type: undefined, isReal: true, layers: ['UNDEFINED'] },
      ].sort((x, y) => map.nodes.findIndex((n) => n.id === x.id) - map.nodes.findIndex((n) => n.id === y.id)),
    );
    expect(map.calls).toEqual([call(a, address, ['N/A'], [], ['CLIENT'])]);
  });

  it('types a broker that only its consumers know by the product that their library talks to', async () => {
    const kit = await start();
    const broker = serviceId('kafka:9092', false);
    await kit.see(seen(ServiceRelationServerModel, broker, a, 41));
    const { nodes } = await kit.topology.services([a], minutes(kit, '0240', '0240'));
    expect(nodes.find((n) => n.id === broker)?.type).toBe('Kafka');
  });

  it('joins both sides of instance relations and finds them in both directions', async () => {
    const kit = await start();
    const [i, j] = [instanceId(a, 'i'), instanceId(b, 'j')];
    const between = (model: EntityModel, source: string, dest: string, sourceService: string, destService: string): EntityUpdate => ({
      model,
      id: relationId(source, dest),
      at: T0,
      row: { source, dest, sourceService, destService, components: ['2'] },
    });
    await kit.see(
      between(InstanceRelationClientModel, i, j, a, b),
      between(InstanceRelationServerModel, i, j, a, b),
      between(InstanceRelationServerModel, j, i, b, a),
    );
    const map = await kit.topology.instances(a, b, minutes(kit, '0240', '0240'));
    expect(sorted(map.nodes)).toEqual(
      sorted([
        { id: i, name: 'i', serviceId: a, serviceName: 'a', type: '', isReal: true },
        { id: j, name: 'j', serviceId: b, serviceName: 'b', type: '', isReal: true },
      ]),
    );
    expect(sorted(map.calls)).toEqual(sorted([call(i, j, [], [], ['CLIENT', 'SERVER']), call(j, i, [], [], ['SERVER'])]));
  });

  it('shows what calls an endpoint and what it calls', async () => {
    const kit = await start();
    const c = serviceId('c', true);
    const between = (s: string, se: string, d: string, de: string): EntityUpdate => ({
      model: EndpointRelationModel,
      id: endpointRelationId(s, se, d, de),
      at: T0,
      row: { source: endpointId(s, se), dest: endpointId(d, de), sourceService: s, destService: d, components: ['1'] },
    });
    await kit.see(between(a, '/a', b, '/b'), between(b, '/b', c, '/c'), between(a, '/a', c, '/c'));
    const map = await kit.topology.endpoints(endpointId(b, '/b'), minutes(kit, '0240', '0240'));
    expect(map.nodes.map((n) => [n.serviceName, n.name]).sort()).toEqual([
      ['a', '/a'],
      ['b', '/b'],
      ['c', '/c'],
    ]);
    expect(map.calls.map((x) => [x.id, x.detectPoints]).sort()).toEqual(
      [
        [endpointRelationId(a, '/a', b, '/b'), ['SERVER']],
        [endpointRelationId(b, '/b', c, '/c'), ['SERVER']],
      ].sort(),
    );
  });

  it('gives way while it builds a map of thousands of nodes', async () => {
    const kit = await start();
    const peers = Array.from({ length: 2560 }, (_, i) =>
      seen(ServiceRelationClientModel, a, serviceId(`10.0.0.9:${i}`, false), mysqlClient!),
    );
    await kit.see(...peers);
    const others = countRounds();
    expect((await kit.topology.global(undefined, minutes(kit, '0240', '0240'))).calls).toHaveLength(2560);
    // Reading, looking for aliases and adding: three times a turn after every 256 relations.
    expect(others.stop()).toBeGreaterThanOrEqual(30);
  });
});
