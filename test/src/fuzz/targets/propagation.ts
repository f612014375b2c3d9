import {
  decodeB3,
  decodeSw3,
  decodeSw6,
  decodeSw8,
  decodeSw8Correlation,
  decodeSw8Extension,
  decodeTraceParent,
  decodeTraceState,
} from '@skein/telemetry/propagation';
import type { FuzzTarget } from '../target.js';

const SEEDS = [
  '1-dC4xLjI=-dC4xLjE=-2-c2hvcA==-c2hvcC0x-R0VUOi9jYXJ0-c3RvY2s6ODQ0Mw==',
  'dGVuYW50:Ymx1ZS03,cGxhbg==:Z29sZA==',
  '1-MS4yLjM=-MS4yLjQ=-2-31-12-IzEwLjIuMy40OjgwODA=-Iy9jYXJ0-Iy9jYXJ0',
  '1.2.3|2|31|12|#10.2.3.4:8080|#/cart|#/cart/checkout|1.2.4',
  '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'rojo=00f067,congo=t61rcWkgMzE',
];

export const target: FuzzTarget = {
  name: 'propagation',
  seeds: () => SEEDS.map((text) => Buffer.from(text)),
  run(input) {
    const header = Buffer.from(input).toString('utf8');
    for (const decode of [decodeSw8, decodeSw8Correlation, decodeSw8Extension, decodeSw6, decodeSw3, decodeTraceParent, decodeTraceState])
      decode(header);
    decodeB3(() => header);
  },
};
