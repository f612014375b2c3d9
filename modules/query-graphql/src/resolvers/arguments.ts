import type { DurationInput } from '@skein/query/contract';
import { isNormalLayer, serviceId } from '@skein/telemetry';
import type { GraphqlContext } from '../contract.js';

export type { DurationInput };

export interface ServiceCondition {
  readonly serviceName: string;
  readonly layer?: string | null;
}
export interface Timed {
  readonly duration: DurationInput;
}

/** The service of a `*ByName` condition: normal unless its layer says otherwise; query.md 3.3. */
export const conditionId = ({ serviceName, layer }: ServiceCondition): string => serviceId(serviceName, !layer || isNormalLayer(layer));

/** Rows of a list, counted against what one query may answer. */
export async function counted<T>(rows: Promise<readonly T[]>, o: GraphqlContext): Promise<readonly T[]> {
  const found = await rows;
  o.spend(found.length);
  return found;
}
