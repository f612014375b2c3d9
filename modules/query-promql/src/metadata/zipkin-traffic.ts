import type { LimitedReads, ReadOptions } from '@skein/query/contract';
import type { EntityModel } from '@skein/telemetry/storage';
import { UNKNOWN_SERVICE, ZipkinRemoteServiceModel, ZipkinServiceModel, ZipkinSpanNameModel } from '@skein/zipkin-analyzer/contract';
import type { FixedLabel, LabelConditions } from '../evaluation/label-conditions.js';
import { requireLabels } from '../evaluation/metric-selection.js';
import { MOST_NAMES, type Traffic } from './traffic-list.js';

/** Services, remote services and span names of Zipkin spans, by the names of their series. Empty where no such spans are analysed. */
export function zipkinTraffic(reads: LimitedReads): readonly (readonly [name: string, traffic: Traffic])[] {
  const list = (model: EntityModel, label: FixedLabel, ofService: boolean): Traffic => ({
    label,
    labels: ofService ? ['limit', 'service', label] : ['limit', 'service'],
    shown: () => ({}),
    async names(conditions: LabelConditions, _duration, o: ReadOptions) {
      const where = ofService ? ([['service', '=', serviceOf(conditions)]] as const) : [];
      const rows = await reads.entities({ model, where, order: { by: 'name', descending: false }, limit: MOST_NAMES }, o);
      return rows.flatMap(({ name }) => (typeof name === 'string' && name !== '' ? [name] : []));
    },
  });
  return [
    ['zipkin_service_traffic', list(ZipkinServiceModel, 'service', false)],
    ['zipkin_service_relation_traffic', list(ZipkinRemoteServiceModel, 'remote_service', true)],
    ['zipkin_service_span_traffic', list(ZipkinSpanNameModel, 'span_name', true)],
  ];
}

/** Names are stored in lower case, but for the one of spans that have none. */
function serviceOf({ fixed }: LabelConditions): string {
  requireLabels(fixed, ['service']);
  const service = fixed.get('service')!;
  return service === UNKNOWN_SERVICE ? service : service.toLowerCase();
}
