import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseUpload } from '@skein/profiling/parsing';
import type { FuzzTarget } from '../target.js';

const fixture = new URL('../../../../modules/profiling/fixtures/load.jfr.gz', import.meta.url);

/** Recordings of async-profiler. What is wrong with a file is in the outcome. */
export const target: FuzzTarget = {
  name: 'jfr',
  seeds: () => [gunzipSync(readFileSync(fixture))],
  run: (input) => void parseUpload('jfr', input),
};
