import type { AttributeDefinition } from '@skein/telemetry';

/** What a traffic source tells of: a page view, or an error in one. Source: analysis.md 3.3. */
export const BrowserAppTrafficCategory = { NORMAL: 0, FIRST_ERROR: 1, ERROR: 2 } as const;
/** What failed. The numbers are those of the protocol. */
export const BrowserErrorCategory = { AJAX: 0, RESOURCE: 1, VUE: 2, PROMISE: 3, JS: 4, UNKNOWN: 5 } as const;

/** A traffic source of a page view has no error. */
export const NO_ERROR = -1;

/** Numbers that the protocol does not know, or not yet, are unknown errors. */
export const errorCategoryOf = (wire: number): number =>
  wire >= 0 && wire < BrowserErrorCategory.UNKNOWN ? wire : BrowserErrorCategory.UNKNOWN;

export const trafficCategory: AttributeDefinition = {
  type: 'enum',
  enum: { name: 'BrowserAppTrafficCategory', values: BrowserAppTrafficCategory },
};
export const errorCategory: AttributeDefinition = { type: 'enum', enum: { name: 'BrowserErrorCategory', values: BrowserErrorCategory } };
