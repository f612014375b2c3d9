import { describe, expect, it } from '@jest/globals';
import {
  endpointId,
  endpointRelationId,
  instanceId,
  MQAccessDefinition,
  type Naming,
  relationId,
  ServiceDefinition,
  serviceId,
} from '@skein/telemetry';
import { Directory, Recently } from '@skein/telemetry/traffic';
import fc from 'fast-check';
import { AddressAliases } from './aliases.js';
import { NOW } from './testing/segment-kit.js';

const naming: Naming = { service: (n) => n.slice(0, 3), instance: (n) => n.slice(0, 3), endpoint: (_, n) => n.slice(0, 3) };

describe('the cache of ids', () => {
  it.each([1, 2000, 1_000_000])('gives the ids that are computed anew, also when it holds only %i bytes', (bytes) => {
    const directory = new Directory(naming, bytes);
    const name = fc.string({ maxLength: 5 });
    fc.assert(
      fc.property(name, fc.boolean(), name, name, (service, normal, instance, endpoint) => {
        const node = directory.service(service, normal);
        const id = serviceId(naming.service(service), normal);
        expect(node.id).toBe(id);
        const i = directory.instance(node, instance);
        expect(i.id).toBe(instanceId(id, naming.instance(instance)));
        const e = directory.endpoint(node, endpoint);
        expect(e.id).toBe(endpointId(id, naming.endpoint('', endpoint)));
        const user = directory.service('User', false);
        expect(directory.serviceRelation(user, node).handle.entity).toBe(relationId(user.id, id));
        expect(directory.instanceRelation(i, i).handle.entity).toBe(relationId(i.id, i.id));
        expect(directory.endpointRelation(e, e).handle.entity).toBe(endpointRelationId(id, e.name, id, e.name));
        expect(directory.bytes).toBeLessThanOrEqual(bytes);
      }),
    );
  });

  it('gives one handle for each definition and entity', () => {
    const directory = new Directory(naming, 1_000_000);
    const shop = directory.service('shop', true);
    expect(shop.handle(ServiceDefinition)).toMatchObject({ definition: ServiceDefinition, entity: shop.id });
    expect(shop.handle(MQAccessDefinition)).toMatchObject({ definition: MQAccessDefinition, entity: shop.id });
    const again = directory.service('shop', true);
    expect([again.handle(ServiceDefinition), again.handle(MQAccessDefinition)].map((h) => h.definition.name)).toEqual([
      'Service',
      'MQAccess',
    ]);
    expect(again.handle(ServiceDefinition)).toBe(shop.handle(ServiceDefinition));
    expect(directory.serviceRelation(shop, shop).handle).toBe(directory.serviceRelation(again, again).handle);
    expect(directory.serviceRelation(shop, directory.service('web', true)).handle).not.toBe(directory.serviceRelation(shop, shop).handle);
  });

  it('asks for the name of an endpoint each time, since it may change', () => {
    let abandoned = false;
    const directory = new Directory({ ...naming, endpoint: (_, n) => (abandoned ? '_abandoned' : n) }, 10_000);
    const shop = directory.service('shop', true);
    expect(directory.endpoint(shop, '/a').name).toBe('/a');
    abandoned = true;
    expect(directory.endpoint(shop, '/a').name).toBe('_abandoned');
  });
});

describe('the alias map', () => {
  const full = (): AddressAliases => {
    const aliases = new AddressAliases({ ...naming, service: (n) => n }, () => NOW, 3);
    for (const address of ['a', 'b', 'c']) aliases.learn(address, 'shop', 'i');
    return aliases;
  };

  it('forgets, at its limit, the address that was not learnt or read for the longest', () => {
    const aliases = full();
    aliases.adopt([{ address: 'a', service: 'other', instance: 'i', lastSeen: NOW + 60_000 }]);
    aliases.learn('d', 'shop', 'i');
    expect(['a', 'b', 'c', 'd'].map((a) => aliases.find(a)?.service)).toEqual(['other', undefined, 'shop', 'shop']);
    expect([aliases.size, aliases.evicted]).toEqual([3, 1]);
  });

  it('ignores stored rows that are older than memory, or are no aliases', () => {
    const aliases = full();
    aliases.adopt([
      { address: 'a', service: 'old', instance: 'i', lastSeen: NOW - 60_000 },
      { address: 'b', service: null, instance: 'i', lastSeen: NOW + 60_000 },
      { address: 'c', service: 'new', lastSeen: NOW + 60_000 },
    ]);
    expect(['a', 'b', 'c'].map((a) => aliases.find(a)?.service)).toEqual(['shop', 'shop', 'new']);
    expect(aliases.find('c')?.instance).toBe('');
  });
});

describe('what was written in a period', () => {
  it('is said once a period, and again when the memory of it was full', () => {
    const written = new Recently(2);
    expect([written.first('a', 1), written.first('a', 1), written.first('a', 2), written.first('b', 2)]).toEqual([true, false, true, true]);
    expect([written.first('c', 2), written.size, written.first('a', 2)]).toEqual([true, 1, true]);
  });
});
