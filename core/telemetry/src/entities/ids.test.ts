import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addressAliasId,
  endpointId,
  endpointRelationId,
  instanceId,
  parseEndpointRelationId,
  parseMemberId,
  parseRelationId,
  parseServiceId,
  relationId,
  serviceGroup,
  serviceId,
} from './ids.js';
import { isNormalLayer, LAYERS, layerNamed } from './layers.js';

/** Golden values of the reference, analysis.md 4.1 and 12.2. */
const SONGS = 'YWdlbnQ6OnNvbmdz.1';
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((s) => s.trim() !== '');

describe('entity ids', () => {
  it('are those of the reference', () => {
    expect(serviceId('agent::songs', true)).toBe(SONGS);
    expect(serviceId('User', false)).toBe('VXNlcg==.0');
    expect(serviceId('127.0.0.1:3306', false)).toBe('MTI3LjAuMC4xOjMzMDY=.0');
    expect(instanceId(SONGS, 'inst-1')).toBe('YWdlbnQ6OnNvbmdz.1_aW5zdC0x');
    expect(endpointId(SONGS, 'POST:/songs')).toBe('YWdlbnQ6OnNvbmdz.1_UE9TVDovc29uZ3M=');
    expect(relationId(serviceId('User', false), SONGS)).toBe('VXNlcg==.0-YWdlbnQ6OnNvbmdz.1');
    expect(endpointRelationId('VXNlcg==.0', 'User', SONGS, 'POST:/songs')).toBe('VXNlcg==.0-VXNlcg==-YWdlbnQ6OnNvbmdz.1-UE9TVDovc29uZ3M=');
    expect(addressAliasId('127.0.0.1:3306')).toBe('MTI3LjAuMC4xOjMzMDY=');
  });

  it('name what is blank "_blank"', () => {
    for (const blank of ['', ' ', '\t\n']) expect(serviceId(blank, true)).toBe(serviceId('_blank', true));
  });

  it('give back the names that they were made of', () => {
    fc.assert(
      fc.property(name, fc.boolean(), name, name, (service, normal, member, other) => {
        const id = serviceId(service, normal);
        expect(parseServiceId(id)).toEqual({ name: service, normal });
        expect(parseMemberId(instanceId(id, member))).toEqual({ serviceId: id, service: { name: service, normal }, name: member });
        expect(parseRelationId(relationId(id, instanceId(id, member)))).toEqual({ source: id, dest: instanceId(id, member) });
        expect(parseEndpointRelationId(endpointRelationId(id, member, id, other))).toEqual({
          sourceService: id,
          sourceEndpoint: member,
          destService: id,
          destEndpoint: other,
        });
      }),
    );
  });

  it('are told from other text', () => {
    for (const text of ['', 'abc', 'abc.', 'abc.2', '.1', 'abc.10']) expect(parseServiceId(text)).toBeUndefined();
    for (const text of ['', SONGS, 'abc_def']) expect(parseMemberId(text)).toBeUndefined();
    for (const text of ['', 'a', 'a-b-c']) expect(parseRelationId(text)).toBeUndefined();
    for (const text of ['', 'a-b', 'a-b-c-d-e']) expect(parseEndpointRelationId(text)).toBeUndefined();
  });
});

describe('service groups', () => {
  it('are what stands before the first double colon', () => {
    expect(serviceGroup('agent::songs')).toEqual({ group: 'agent', shortName: 'songs' });
    expect(serviceGroup('a::b::c')).toEqual({ group: 'a', shortName: 'b::c' });
    expect(serviceGroup('songs')).toEqual({ group: '', shortName: 'songs' });
    expect(serviceGroup('::songs')).toEqual({ group: '', shortName: '::songs' });
  });
});

describe('layers', () => {
  it('have the ordinals of the reference', () => {
    expect(LAYERS).toHaveLength(51);
    expect([0, 2, 14, 17, 19, 27, 38, 45, 50].map((ordinal) => LAYERS[ordinal])).toEqual([
      'UNDEFINED',
      'GENERAL',
      'VIRTUAL_DATABASE',
      'K8S_SERVICE',
      'VIRTUAL_CACHE',
      'REDIS',
      'CILIUM_SERVICE',
      'VIRTUAL_GENAI',
      'AIRFLOW',
    ]);
  });

  it('are not normal when their services are conjectured, and undefined when nobody knows their name', () => {
    expect(LAYERS.filter((layer) => !isNormalLayer(layer))).toEqual([
      'UNDEFINED',
      'VIRTUAL_DATABASE',
      'VIRTUAL_MQ',
      'VIRTUAL_GATEWAY',
      'VIRTUAL_CACHE',
      'VIRTUAL_GENAI',
    ]);
    expect(layerNamed('MESH')).toBe('MESH');
    for (const text of ['', 'mesh', 'constructor', '__proto__']) expect(layerNamed(text)).toBe('UNDEFINED');
  });
});
