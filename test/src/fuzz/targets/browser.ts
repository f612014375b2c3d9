import { JsonError, MalformedError, parseJson } from '@skein/proto';
import {
  decodeErrorLog,
  decodePerfData,
  decodeResource,
  decodeWebInteraction,
  decodeWebVitals,
  errorLogFromJson,
  perfDataFromJson,
  resourceFromJson,
  skywalking,
  webInteractionFromJson,
  webVitalsFromJson,
} from '@skein/proto/browser';
import type { FuzzTarget } from '../target.js';

const { BrowserErrorLog, BrowserPerfData, BrowserResourcePerfData, BrowserWebVitalsPerfData } = skywalking.v3;

const PAGE = { service: 'shop-ui', serviceVersion: 'v1', pagePath: '/cart', time: 1734221650012 };
const VITALS = { ...PAGE, fmpTime: 300, cls: 0.125, lcpTime: -1 };
const ERROR = { ...PAGE, uniqueId: 'u', category: 4, message: 'x is not defined', line: 4, col: 9, stack: 's', firstReportedError: true };

export const target: FuzzTarget = {
  name: 'browser',
  seeds: () => [
    BrowserPerfData.encode({ ...PAGE, dnsTime: 3, loadPageTime: 140, redirectTime: -1 }).finish(),
    BrowserWebVitalsPerfData.encode(VITALS).finish(),
    BrowserResourcePerfData.encode({ ...PAGE, name: 'app.js', duration: 10, size: 1000, protocol: 'h2', resourceType: 'script' }).finish(),
    BrowserErrorLog.encode(ERROR).finish(),
    ...[VITALS, ERROR, { ...PAGE, category: 'js', cls: 'NaN', clsTime: 1 }].map((message) => Buffer.from(JSON.stringify(message))),
  ],
  run(input) {
    for (const decode of [decodePerfData, decodeWebVitals, decodeResource, decodeWebInteraction, decodeErrorLog]) {
      try {
        decode(input);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
      }
    }
    for (const read of [perfDataFromJson, webVitalsFromJson, resourceFromJson, webInteractionFromJson, errorLogFromJson]) {
      try {
        read(parseJson(input));
      } catch (error) {
        if (!(error instanceof JsonError)) throw error;
      }
    }
  },
};
