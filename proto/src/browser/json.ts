import { JsonError } from '../json-error.js';
import { bool, enumeration, type Fields, fromJson, int32, int64, type JsonReader, object, string } from '../json-mapping.js';
import {
  ErrorCategory,
  type ErrorLog,
  type PageFields,
  type PerfData,
  type ResourceData,
  type WebInteractionData,
  type WebVitalsData,
} from './messages.js';

/** Proto3 JSON writes what is no number in JSON as text. */
const NOT_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
const DECIMAL = /^-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?$/;

/** A number, or decimal text, proto3's way. */
const double: JsonReader<number> = (value, path) => {
  if (typeof value === 'number') return value;
  const named = NOT_FINITE.get(value);
  if (named !== undefined) return named;
  if (typeof value === 'string' && DECIMAL.test(value)) return Number(value);
  throw new JsonError(path(), 'a number', typeof value);
};

/** The client's time is checked, as a decoder does, and forgotten. */
type Timed<T> = T & { readonly time: number };
/** Field that some versions of the protocol call otherwise. */
type Renamed<T> = T & { readonly clsTime: number };

const page: Fields<Timed<PageFields>> = { service: string, serviceVersion: string, pagePath: string, time: int64 };

const NO_PAGE: PageFields = { service: '', serviceVersion: '', pagePath: '' };
const NO_PERF: PerfData = {
  ...NO_PAGE,
  redirectTime: 0,
  dnsTime: 0,
  ttfbTime: 0,
  tcpTime: 0,
  transTime: 0,
  domAnalysisTime: 0,
  fptTime: 0,
  domReadyTime: 0,
  loadPageTime: 0,
  resTime: 0,
  sslTime: 0,
  ttlTime: 0,
  firstPackTime: 0,
  fmpTime: 0,
};
const NO_VITALS: WebVitalsData = { ...NO_PAGE, fmpTime: 0, cls: 0, lcpTime: 0 };
const NO_RESOURCE: ResourceData = { ...NO_PAGE, name: '', duration: 0, size: 0, resourceType: '', protocol: '' };
const NO_INTERACTION: WebInteractionData = { ...NO_PAGE, inpTime: 0 };
const NO_ERROR: ErrorLog = {
  ...NO_PAGE,
  uniqueId: '',
  category: ErrorCategory.ajax,
  grade: '',
  message: '',
  line: 0,
  col: 0,
  stack: '',
  errorUrl: '',
  firstReportedError: false,
};

const perfData = object<Timed<PerfData>>({
  ...page,
  redirectTime: int32,
  dnsTime: int32,
  ttfbTime: int32,
  tcpTime: int32,
  transTime: int32,
  domAnalysisTime: int32,
  fptTime: int32,
  domReadyTime: int32,
  loadPageTime: int32,
  resTime: int32,
  sslTime: int32,
  ttlTime: int32,
  firstPackTime: int32,
  fmpTime: int32,
});
const webVitals = object<Renamed<Timed<WebVitalsData>>>({ ...page, fmpTime: int32, cls: double, clsTime: double, lcpTime: int32 });
const resource = object<Timed<ResourceData>>({
  ...page,
  name: string,
  duration: int32,
  size: int32,
  resourceType: string,
  protocol: string,
});
const webInteraction = object<Timed<WebInteractionData>>({ ...page, inpTime: int32 });
const errorLog = object<Timed<ErrorLog>>({
  ...page,
  uniqueId: string,
  category: enumeration(ErrorCategory),
  grade: string,
  message: string,
  line: int32,
  col: int32,
  stack: string,
  errorUrl: string,
  firstReportedError: bool,
});

/** Each reads a parsed JSON document. Throws JsonError. */
export const perfDataFromJson = (document: unknown): PerfData => ({ ...NO_PERF, ...fromJson(perfData, document) });
export const resourceFromJson = (document: unknown): ResourceData => ({ ...NO_RESOURCE, ...fromJson(resource, document) });
export const webInteractionFromJson = (document: unknown): WebInteractionData => ({
  ...NO_INTERACTION,
  ...fromJson(webInteraction, document),
});
export const errorLogFromJson = (document: unknown): ErrorLog => ({ ...NO_ERROR, ...fromJson(errorLog, document) });

/** As above. `cls` may still be called `clsTime`, as it was until protocol 10.3. */
export function webVitalsFromJson(document: unknown): WebVitalsData {
  const { clsTime, ...vitals } = fromJson(webVitals, document);
  return { ...NO_VITALS, ...(clsTime !== undefined && { cls: clsTime }), ...vitals };
}
