import { DetectPoint, RequestType } from './enums.js';
import type { AttributeDefinition } from './source.js';

// Attributes that several core sources have in common.

export const type: AttributeDefinition = { type: 'enum', enum: { name: 'RequestType', values: RequestType } };
export const detectPoint: AttributeDefinition = { type: 'enum', enum: { name: 'DetectPoint', values: DetectPoint } };
export const string: AttributeDefinition = { type: 'string' };
export const long: AttributeDefinition = { type: 'long' };
export const sideCar: AttributeDefinition = {
  type: 'object',
  fields: { internalErrorCode: string, internalRequestLatencyNanos: long, internalResponseLatencyNanos: long },
};
/** What every traffic source knows of the request. */
export const request = {
  latency: { type: 'int' },
  status: { type: 'bool' },
  httpResponseStatusCode: { type: 'int' },
  rpcStatusCode: string,
  type,
} as const satisfies Record<string, AttributeDefinition>;
export const tagged = { tags: { type: 'strings' }, tag: { type: 'map' } } as const satisfies Record<string, AttributeDefinition>;
