import { describe, expect, it } from '@jest/globals';
import { CORE_ENTITY_MODELS, CORE_SOURCES, type SourceDefinition } from '@skein/telemetry';
import { checkSources } from './check-sources.js';
import { namedAfterModules } from './scripts.js';

const brought = (...sources: SourceDefinition[]) => sources.map((value) => ({ module: 'beats', value }));
const beat: SourceDefinition = { name: 'Beat', scopeId: 10_001, scope: 'service', catalog: 'SERVICE', attributes: {} };

describe('sources', () => {
  it('of the core are sound', () => {
    expect(() => checkSources(brought(...CORE_SOURCES), CORE_ENTITY_MODELS)).not.toThrow();
  });

  it('whose metrics nobody could read are refused at start, all at once', () => {
    const wrong = brought({ ...beat, scope: 'servce' }, { ...beat, name: 'Other', scope: 'heart', catalog: 'SERVICES' });
    expect(() => checkSources(wrong, CORE_ENTITY_MODELS)).toThrow(
      [
        'source "Beat" of beats has the scope "servce", which there is not; did you mean "service"?',
        'source "Other" of beats has the scope "heart", which there is not; contribute an entity model of that name to StorageModels',
        'source "Other" of beats has the catalog "SERVICES", which there is not; did you mean "SERVICE"?',
      ].join('\n'),
    );
  });
});

describe('scripts', () => {
  it('are named after the module that brought them', () => {
    const scripts = namedAfterModules([{ module: 'beats', value: { file: 'beats.oal', text: '' } }]);
    expect(scripts.map(({ file }) => file)).toEqual(['beats/beats.oal']);
  });
});
