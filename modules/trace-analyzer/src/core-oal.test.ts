import { expect, test } from '@jest/globals';
import { CORE_SOURCES } from '@skein/telemetry';
import { compileOal, formatOalProblem } from '@skein/telemetry/oal';
import { CORE_OAL } from './core-oal.js';

test('core.oal compiles to 63 metrics and the two of older dashboards', () => {
  const { metrics, problems } = compileOal({ scripts: [{ file: 'core.oal', text: CORE_OAL }], sources: CORE_SOURCES });
  expect(problems.map(formatOalProblem)).toEqual([]);
  expect(metrics).toHaveLength(65);
  const bySource = new Map<string, number>();
  for (const { scope } of metrics) bySource.set(scope, (bySource.get(scope) ?? 0) + 1);
  expect(Object.fromEntries(bySource)).toEqual({
    all: 2,
    service: 7 + 4 + 12 + 6,
    service_relation: 8,
    service_instance_relation: 8,
    service_instance: 3,
    endpoint: 5 + 6,
    endpoint_relation: 4,
  });
});
