import { JsonError, parseJson, segmentFromJson } from '@skein/proto';
import type { FuzzTarget } from '../target.js';

const SEED = {
  traceId: 't.1.2',
  traceSegmentId: 't.1.1',
  service: 'shop',
  spans: [
    { spanId: 0, startTime: '1734221650012', spanType: 'Entry', tags: [{ key: 'k', value: 'v' }], refs: [{ refType: 'CrossProcess' }] },
  ],
};

export const target: FuzzTarget = {
  name: 'segment-json',
  seeds: () => [Buffer.from(JSON.stringify(SEED)), Buffer.from(JSON.stringify(SEED, undefined, 2))],
  run(input) {
    try {
      segmentFromJson(parseJson(input));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
    }
  },
};
