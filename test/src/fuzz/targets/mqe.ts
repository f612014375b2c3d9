import { ExpressionSyntaxError, parseExpression, printExpression } from '@skein/telemetry/mqe';
import type { FuzzTarget } from '../target.js';

const SEEDS = [
  'service_cpm',
  "avg(service_percentile{p='50,90'} / 1000) > 2 && service_cpm >= 1",
  "top_n(service_sla, 10, asc, attr0='GENERAL') / 100",
  "relabels(aggregate_labels(meter_x, sum(host)), a='b', c='d')",
  'baseline(service_cpm, upper) - trend(service_cpm, 2)',
];

export const target: FuzzTarget = {
  name: 'mqe',
  seeds: () => SEEDS.map((text) => Buffer.from(text)),
  run(input) {
    try {
      const printed = printExpression(parseExpression(Buffer.from(input).toString('utf8')));
      if (printExpression(parseExpression(printed)) !== printed) throw new Error(`${printed} is printed otherwise when it is read again`);
    } catch (error) {
      if (!(error instanceof ExpressionSyntaxError)) throw error;
    }
  },
};
