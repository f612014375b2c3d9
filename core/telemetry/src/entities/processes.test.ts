import { describe, expect, it } from '@jest/globals';
import { checkEntityUpdate, checkModel } from '../storage/check-row.js';
import { instanceId, serviceId } from './ids.js';
import { PROCESS_ENTITY_MODELS, ProcessRelationServerModel, processId, processRelationUpdate, processUpdate } from './processes.js';

const service = serviceId('agent::songs', true);
const instance = instanceId(service, 'inst-1');

describe('processes', () => {
  it('have the id of the reference', () => {
    expect(processId(instance, 'proc')).toBe('09396a47c3398c631983cdf42be4e016c3ffa81a1dc6c7ac58af1ea634ccb4ae');
  });

  it('have sound models', () => {
    expect(PROCESS_ENTITY_MODELS.map(checkModel)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('are rows that fit, however long and broken their names', () => {
    const name = `${'\u{1F600}'.repeat(1000)}\uD800`;
    const update = processUpdate({ name, service, instance, agent: name, detectType: 'VM', labels: '["a"]', profilable: true }, 120_001);
    expect(checkEntityUpdate(update.model, update)).toBeUndefined();
    expect(update).toMatchObject({ id: processId(instance, name), at: 120_001, row: { firstSeen: 120_000, lastSeen: 120_000 } });
  });

  it('leave out what a report does not say', () => {
    const { row } = processUpdate({ name: 'p', service, instance }, 0);
    expect(row).toEqual({ name: 'p', service, instance, firstSeen: 0, lastSeen: 0 });
  });

  it('have relations in the model of the side that saw them', () => {
    const update = processRelationUpdate({ source: 'a', dest: 'b', instance, componentId: 49, seenFrom: 'SERVER' }, 61_000);
    expect(update).toEqual({
      model: ProcessRelationServerModel,
      id: 'a-b',
      at: 60_000,
      active: true,
      row: { source: 'a', dest: 'b', instance, components: ['49'] },
    });
    expect(checkEntityUpdate(update.model, update)).toBeUndefined();
  });
});
