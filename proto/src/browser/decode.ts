import { type FlatFields, flatDecoder } from './flat-decoder.js';
import type { ErrorLog, PageFields, PerfData, ResourceData, WebInteractionData, WebVitalsData } from './messages.js';

const page: FlatFields<PageFields> = { service: [1, 'string'], serviceVersion: [2, 'string'], pagePath: [4, 'string'] };

/** Reads a `BrowserPerfData`. Throws MalformedError, as all of these. */
export const decodePerfData = flatDecoder<PerfData>({
  ...page,
  redirectTime: [5, 'int32'],
  dnsTime: [6, 'int32'],
  ttfbTime: [7, 'int32'],
  tcpTime: [8, 'int32'],
  transTime: [9, 'int32'],
  domAnalysisTime: [10, 'int32'],
  fptTime: [11, 'int32'],
  domReadyTime: [12, 'int32'],
  loadPageTime: [13, 'int32'],
  resTime: [14, 'int32'],
  sslTime: [15, 'int32'],
  ttlTime: [16, 'int32'],
  firstPackTime: [17, 'int32'],
  fmpTime: [18, 'int32'],
});

/** Reads a `BrowserWebVitalsPerfData`; of `cls` also the whole number that it was until protocol 10.3. */
export const decodeWebVitals = flatDecoder<WebVitalsData>({
  ...page,
  fmpTime: [5, 'int32'],
  cls: [6, 'number'],
  lcpTime: [7, 'int32'],
});

/** Reads a `BrowserResourcePerfData`. */
export const decodeResource = flatDecoder<ResourceData>({
  ...page,
  name: [5, 'string'],
  duration: [6, 'int32'],
  size: [7, 'int32'],
  resourceType: [8, 'string'],
  protocol: [9, 'string'],
});

/** Reads a `BrowserWebInteractionsPerfData`. */
export const decodeWebInteraction = flatDecoder<WebInteractionData>({ ...page, inpTime: [5, 'int32'] });

/** Reads a `BrowserErrorLog`. */
export const decodeErrorLog = flatDecoder<ErrorLog>({
  uniqueId: [1, 'string'],
  service: [2, 'string'],
  serviceVersion: [3, 'string'],
  pagePath: [5, 'string'],
  category: [6, 'int32'],
  grade: [7, 'string'],
  message: [8, 'string'],
  line: [9, 'int32'],
  col: [10, 'int32'],
  stack: [11, 'string'],
  errorUrl: [12, 'string'],
  firstReportedError: [13, 'bool'],
});
