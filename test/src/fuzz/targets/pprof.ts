import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseUpload } from '@skein/profiling/parsing';
import type { FuzzTarget } from '../target.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../../modules/profiling/fixtures/${name}`, import.meta.url));

/** pprof files, compressed and not, whole and split by segment. What is wrong with a file is in the outcome. */
export const target: FuzzTarget = {
  name: 'pprof',
  seeds: () => ['wall.pprof.gz', 'heap.pprof.gz'].flatMap((name) => [fixture(name), gunzipSync(fixture(name))]),
  run(input) {
    parseUpload('pprof', input);
    parseUpload('go', input);
  },
};
