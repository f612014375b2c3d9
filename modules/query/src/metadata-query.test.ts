import { afterEach, describe, expect, it } from '@jest/globals';
import storageMemory from '@skein/storage-memory';
import { endpointId, endpointUpdate, instanceId, instanceUpdate, serviceId, serviceUpdate } from '@skein/telemetry';
import { a, HOUR, type Kit, MINUTE, minutes, start as startWith, stopAll, T0 } from './query.test.kit.js';

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

  it('counts lists that were cut', async () => {
    const kit = await start('UTC', { maxRows: 10 });
    await kit.see(...Array.from({ length: 12 }, (_, i) => serviceUpdate(serviceId(`s${i}`, true), `s${i}`, 'GENERAL', T0)));
    expect(await kit.metadata.services()).toHaveLength(10);
    expect(kit.host.host.status.metrics()).toMatch(/query_incomplete_total\{[^}]*of="services"[^}]*\} 1/);
  });
});
