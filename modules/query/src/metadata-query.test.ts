import { afterEach, describe, expect, it } from '@jest/globals';
import storageMemory from '@skein/storage-memory';
import { endpointId, endpointUpdate, instanceId, instanceUpdate, serviceId, serviceUpdate } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { type Cut, QueryError, type ReadOptions } from './contract.js';
import { a, HOUR, type Kit, MINUTE, minutes, serviceCpm, start as startWith, stopAll, T0 } from './query.test.kit.js';

afterEach(stopAll);
const start = (zone?: string, config?: object) => startWith(storageMemory, zone, config);

describe('metadata', () => {
  it('merges services of one name, filters by layer, group and part of the name', async () => {
    const kit = await start();
    const virtual = serviceId('a', false);
    await kit.see(
      serviceUpdate(a, 'a', 'GENERAL', T0),
      serviceUpdate(a, 'a', 'MESH', T0),
      serviceUpdate(virtual, 'a', 'VIRTUAL_DATABASE', T0),
      serviceUpdate(serviceId('g::s', true), 'g::s', 'GENERAL', T0),
    );
    const names = async (f: object) => (await kit.metadata.services(f)).map((s) => s.name).sort();
    const all = await kit.metadata.services();
    expect(all.map((s) => [s.name, [...s.layers].sort()])).toEqual(
      expect.arrayContaining([
        ['a', ['GENERAL', 'MESH', 'VIRTUAL_DATABASE']],
        ['g::s', ['GENERAL']],
      ]),
    );
    expect(all).toHaveLength(2);
    expect(await names({ layer: 'MESH' })).toEqual(['a']);
    expect(await names({ layer: 'FAAS' })).toEqual([]);
    expect(await names({ group: 'g' })).toEqual(['g::s']);
    expect(await names({ keyword: '::' })).toEqual(['g::s']);
    expect(await kit.metadata.serviceNamed('g::s')).toEqual({
      id: serviceId('g::s', true),
      name: 'g::s',
      group: 'g',
      shortName: 's',
      layers: ['GENERAL'],
      normal: true,
    });
    expect(await kit.metadata.service('no id')).toBeUndefined();
    expect(await kit.metadata.service(serviceId('unknown', true))).toBeUndefined();
    expect(kit.metadata.layers()).not.toContain('UNDEFINED');
  });

  it('lists instances alive in the range, with language apart from the other attributes', async () => {
    const kit = await start();
    const id = instanceId(a, 'i');
    await kit.see(instanceUpdate(id, 'i', a, 'GENERAL', T0, JSON.stringify({ language: 'nodejs', 'OS Name': 'linux', pid: 7 })));
    await kit.see(instanceUpdate(id, 'i', a, 'GENERAL', T0 + 10 * MINUTE));
    await kit.see(instanceUpdate(instanceId(a, 'late'), 'late', a, 'GENERAL', T0 + HOUR));
    const alive = async (from: string, to: string) => (await kit.metadata.instances(a, minutes(kit, from, to))).map((i) => i.name);
    expect(await alive('0250', '0250')).toEqual(['i']);
    expect(await alive('0251', '0255')).toEqual([]);
    expect(await alive('0200', '0238')).toEqual([]);
    // The bound is the minute of the exclusive end.
    expect(await alive('0200', '0239')).toEqual(['i']);
    expect(await alive('0200', '0400')).toEqual(['i', 'late']);
    expect(await kit.metadata.instance(id)).toEqual({
      id,
      name: 'i',
      language: 'NODEJS',
      attributes: [
        { name: 'OS Name', value: 'linux' },
        { name: 'pid', value: '7' },
      ],
    });
    expect(await kit.metadata.instances('', minutes(kit, '0200', '0400'))).toEqual([]);
  });

  it('lists endpoints by part of the name, latest first seen first, within the limit', async () => {
    const kit = await start();
    for (const [i, name] of ['GET:/a', 'GET:/b', 'POST:/a'].entries()) {
      await kit.see(endpointUpdate(endpointId(a, name), name, a, 'GENERAL', T0 + i * MINUTE));
    }
    const names = async (filter: Parameters<Kit['metadata']['endpoints']>[1]) =>
      (await kit.metadata.endpoints(a, filter)).map((e) => e.name);
    expect(await names({ limit: 20 })).toEqual(['POST:/a', 'GET:/b', 'GET:/a']);
    expect(await names({ limit: 1, keyword: '/a' })).toEqual(['POST:/a']);
    expect(await names({ limit: 9, duration: minutes(kit, '0241', '0300') })).toEqual(['POST:/a', 'GET:/b']);
    expect(await names({ limit: 0 })).toEqual([]);
    const id = endpointId(a, 'GET:/a');
    expect(kit.metadata.endpointInfo(id)).toEqual({ id, name: 'GET:/a', serviceId: a, serviceName: 'a' });
    expect(kit.metadata.endpointInfo('x')).toBeUndefined();
  });

  it('tells of lists that were cut, or refuses to give them when nobody listens', async () => {
    const kit = await start('UTC', { maxRows: 10 });
    const service = (i: number) => serviceUpdate(serviceId(`s${i}`, true), `s${i}`, 'GENERAL', T0);
    await kit.see(...Array.from({ length: 10 }, (_, i) => service(i)));
    expect(await kit.metadata.services()).toHaveLength(10);
    await kit.see(service(10));
    const cuts: Cut[] = [];
    expect(await kit.metadata.services({}, { onCut: (cut) => cuts.push(cut) })).toHaveLength(10);
    expect(cuts).toEqual([{ what: 'service', limit: expect.stringContaining('more than 10 rows') }]);
    await expect(kit.metadata.services()).rejects.toThrow('incomplete: service: there are more than 10 rows');
    expect(kit.host.host.status.metrics()).toMatch(/query_incomplete_total\{[^}]*of="service"[^}]*\} 2/);
  });

  it('tells of reads that the deadline cut, for every kind of read', async () => {
    const kit = await start();
    const nothing = async () => ({ items: [], complete: false });
    Object.assign(kit.host.get(StorageToken), { entities: nothing, records: nothing, group: nothing, rank: nothing });
    const range = minutes(kit, '0240', '0250');
    const reads: readonly ((o?: ReadOptions) => Promise<unknown>)[] = [
      (o) => kit.metadata.services({}, o),
      (o) => kit.metadata.instances(a, range, o),
      (o) => kit.metadata.endpoints(a, { limit: 5 }, o),
      (o) => kit.topology.global(undefined, range, o),
      (o) => kit.topology.services([a], range, o),
      (o) => kit.topology.endpoints(endpointId(a, 'x'), range, o),
      (o) => kit.traces.trace('t', o),
      (o) => kit.traces.tagKeys('TRACE', range, o),
      (o) => kit.traces.list({ duration: range, state: 'ALL', order: 'BY_START_TIME', tags: [], page: { page: 1, size: 5 } }, o),
      (o) => kit.metrics.rank(serviceCpm, { count: 5, order: 'des' }, range, o),
      (o) => kit.metrics.execute('top_n(service_cpm,5,des)', {}, range, o),
    ];
    for (const read of reads) {
      const cuts: Cut[] = [];
      await read({ onCut: (cut) => cuts.push(cut) });
      expect(cuts[0]?.limit).toBe('the search did not end in time (10000 ms); narrow the range');
      await expect(read()).rejects.toThrow(QueryError);
    }
  });
});
