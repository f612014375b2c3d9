import { randomUUID } from 'node:crypto';
import type { ErrorLog, PageFields, PerfData, ResourceData, WebInteractionData, WebVitalsData } from '@skein/proto/browser';
import type { Observation, Source } from '@skein/telemetry';
import type { Directory, EndpointNode, InstanceNode, ServiceNode } from '@skein/telemetry/traffic';
import { BrowserAppTrafficCategory, errorCategoryOf, NO_ERROR } from './enums.js';
import { errorLogBytes } from './error-log-bytes.js';
import { BrowserErrorLogModel } from './error-log-model.js';
import { isKept } from './error-sampling.js';
import {
  AppTrafficDefinition,
  BrowserTraffic,
  PagePerf,
  PageTrafficDefinition,
  Resource,
  VersionTrafficDefinition,
  WebInteraction,
  WebVitals,
} from './sources.js';

/** What a source and a record hold in memory beside their texts and bytes, roughly. */
const SOURCE_BYTES = 250;
const RECORD_BYTES = 1000;

const orDefault = (text: string, usual: string): string => (text.trim() === '' ? usual : text);

interface Place {
  readonly app: ServiceNode;
  readonly version: InstanceNode;
  readonly page: EndpointNode;
}

/** What browsers report, as observations, receivers.md 6.9. Times are the server's: nobody sets the clocks of browsers. */
export class BrowserAnalysis {
  /** @param cutLog told of each error log whose texts were cut */
  constructor(
    private readonly directory: Directory,
    private readonly sampleRate: number,
    private readonly cutLog: () => void,
  ) {}

  /** A page was viewed, and how it loaded. */
  perf(data: PerfData, now: number): Observation {
    const { app, version, page } = this.place(data);
    const sources = traffic({ app, version, page }, now, BrowserAppTrafficCategory.NORMAL, NO_ERROR);
    sources.push(new PagePerf(page, now, data));
    return observed(sources);
  }

  webVitals(data: WebVitalsData, now: number): Observation {
    return observed([new WebVitals(this.page(data), now, data)]);
  }

  resource(data: ResourceData, now: number): Observation {
    return observed([new Resource(this.page(data), now, data)]);
  }

  webInteraction(data: WebInteractionData, now: number): Observation {
    return observed([new WebInteraction(this.page(data), now, data)]);
  }

  /** An error in a page. Names are taken as they are. `raw`: the log's own bytes, if it came as protobuf. */
  errorLog(log: ErrorLog, raw: Uint8Array | undefined, now: number): Observation {
    const { FIRST_ERROR, ERROR } = BrowserAppTrafficCategory;
    const app = this.directory.service(log.service, true);
    const version = this.directory.instance(app, log.serviceVersion);
    const page = this.directory.endpoint(app, log.pagePath);
    const category = errorCategoryOf(log.category);
    const sources = traffic({ app, version, page }, now, log.firstReportedError ? FIRST_ERROR : ERROR, category);
    if (!isKept(log.uniqueId === '' ? randomUUID() : log.uniqueId, this.sampleRate)) return observed(sources);
    const { bytes, cut } = errorLogBytes(log, raw);
    if (cut) this.cutLog();
    const row = { service: app.id, version: version.id, page: page.id, category, time: now, data: bytes };
    return {
      sources,
      records: [{ model: BrowserErrorLogModel, row }],
      entities: [],
      weight: sources.length * SOURCE_BYTES + RECORD_BYTES + bytes.length,
    };
  }

  private place(fields: PageFields): Place {
    const page = this.page(fields);
    return { app: page.owner, version: this.directory.instance(page.owner, orDefault(fields.serviceVersion, 'latest')), page };
  }

  private page({ service, pagePath }: PageFields): EndpointNode {
    return this.directory.endpoint(this.directory.service(service, true), orDefault(pagePath, '/'));
  }
}

const traffic = ({ app, version, page }: Place, now: number, category: number, error: number): Source[] => [
  new BrowserTraffic(AppTrafficDefinition, app, now, category, error),
  new BrowserTraffic(VersionTrafficDefinition, version, now, category, error),
  new BrowserTraffic(PageTrafficDefinition, page, now, category, error),
];

const observed = (sources: readonly Source[]): Observation => ({
  sources,
  records: [],
  entities: [],
  weight: sources.length * SOURCE_BYTES,
});
