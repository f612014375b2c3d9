import {
  decodeErrorLog,
  decodePerfData,
  decodeResource,
  decodeWebInteraction,
  decodeWebVitals,
  type ErrorLog,
  errorLogFromJson,
  type PageFields,
  perfDataFromJson,
  type ResourceData,
  resourceFromJson,
  webInteractionFromJson,
  webVitalsFromJson,
} from '@skein/proto/browser';
import type { Observation } from '@skein/telemetry';
import type { BrowserAnalysis } from './browser-analysis.js';

/** An observation, and the text by which a repetition of it is recognised; empty: it is not. */
export interface BrowserItem extends Observation {
  readonly repetition: string;
}

/** One kind of report: where it is sent to, and what it means. */
export interface Report {
  /** Method of the gRPC service. */
  readonly method: string;
  readonly kind: 'unary' | 'client-stream';
  /** Whether the method is also offered without a package, receivers.md 3.3. */
  readonly compat: boolean;
  /** HTTP paths. `list`: it takes a JSON array of them. */
  readonly paths: ReadonlyArray<{ readonly path: string; readonly list: boolean }>;
  /** None when it is left out, which is counted. Throws when the bytes are not the message. */
  readonly fromProtobuf: (bytes: Uint8Array) => readonly BrowserItem[];
  /** As above, of one parsed JSON object. */
  readonly fromJson: (document: unknown) => readonly BrowserItem[];
}

/** Told why an item is left out. */
export type LeftOut = (reason: 'no-service' | 'empty-resource') => void;

/** Ids are made by pages, each for itself; one that is too long to be one is none. */
const repetitionOf = ({ service, uniqueId }: ErrorLog): string =>
  uniqueId === '' || uniqueId.length > MAX_ID ? '' : `${uniqueId} ${service.slice(0, MAX_ID)}`;
const MAX_ID = 128;

const NONE: readonly BrowserItem[] = [];

/** The five reports of receivers.md 6.9. */
export function reports(analysis: BrowserAnalysis, now: () => number, leftOut: LeftOut): readonly Report[] {
  /** Without a service it is of no use: receivers.md 6.9. */
  const ofService =
    <T extends PageFields>(observe: (data: T, now: number) => Observation) =>
    (data: T): readonly BrowserItem[] => {
      if (data.service.trim() !== '') return [{ ...observe(data, now()), repetition: '' }];
      leftOut('no-service');
      return NONE;
    };
  const perf = ofService(analysis.perf.bind(analysis));
  const webVitals = ofService(analysis.webVitals.bind(analysis));
  const resource = ofService(analysis.resource.bind(analysis));
  const webInteraction = ofService(analysis.webInteraction.bind(analysis));
  /** Browsers do not tell the size of what came from elsewhere, or from their cache. */
  const measured = (data: ResourceData): readonly BrowserItem[] => {
    if (data.duration > 0 && data.size > 0) return resource(data);
    leftOut('empty-resource');
    return NONE;
  };
  const errorLog = (log: ErrorLog, raw?: Uint8Array): readonly BrowserItem[] => [
    { ...analysis.errorLog(log, raw, now()), repetition: repetitionOf(log) },
  ];
  return [
    {
      method: 'collectPerfData',
      kind: 'unary',
      compat: true,
      paths: [{ path: '/browser/perfData', list: false }],
      fromProtobuf: (bytes) => perf(decodePerfData(bytes)),
      fromJson: (document) => perf(perfDataFromJson(document)),
    },
    {
      method: 'collectWebVitalsPerfData',
      kind: 'unary',
      compat: false,
      paths: [{ path: '/browser/perfData/webVitals', list: false }],
      fromProtobuf: (bytes) => webVitals(decodeWebVitals(bytes)),
      fromJson: (document) => webVitals(webVitalsFromJson(document)),
    },
    {
      method: 'collectResourcePerfData',
      kind: 'unary',
      compat: false,
      paths: [{ path: '/browser/perfData/resources', list: true }],
      fromProtobuf: (bytes) => resource(decodeResource(bytes)),
      fromJson: (document) => measured(resourceFromJson(document)),
    },
    {
      method: 'collectWebInteractionsPerfData',
      kind: 'unary',
      compat: false,
      paths: [{ path: '/browser/perfData/webInteractions', list: true }],
      fromProtobuf: (bytes) => webInteraction(decodeWebInteraction(bytes)),
      fromJson: (document) => webInteraction(webInteractionFromJson(document)),
    },
    {
      method: 'collectErrorLogs',
      kind: 'client-stream',
      compat: true,
      paths: [
        { path: '/browser/errorLog', list: false },
        { path: '/browser/errorLogs', list: true },
      ],
      fromProtobuf: (bytes) => errorLog(decodeErrorLog(bytes), bytes),
      fromJson: (document) => errorLog(errorLogFromJson(document)),
    },
  ];
}
