// Messages of browsers as receivers hand them on: what the wire and JSON have in common, receivers.md 6.9. Absent texts are empty, absent
// numbers 0. The client's clock is not among the fields: the server's counts.

/** Which page of which version of which application a message is about. */
export interface PageFields {
  readonly service: string;
  readonly serviceVersion: string;
  readonly pagePath: string;
}

/** How long the parts of a page load took, ms. */
export interface PerfData extends PageFields {
  readonly redirectTime: number;
  readonly dnsTime: number;
  readonly ttfbTime: number;
  readonly tcpTime: number;
  readonly transTime: number;
  readonly domAnalysisTime: number;
  readonly fptTime: number;
  readonly domReadyTime: number;
  readonly loadPageTime: number;
  readonly resTime: number;
  readonly sslTime: number;
  readonly ttlTime: number;
  readonly firstPackTime: number;
  readonly fmpTime: number;
}

/** Times in ms, `cls` as browsers compute it (0.1 is good); negative where the browser cannot tell. */
export interface WebVitalsData extends PageFields {
  readonly fmpTime: number;
  readonly cls: number;
  readonly lcpTime: number;
}

/** One file that a page loaded: `duration` in ms, `size` in bytes on the wire. */
export interface ResourceData extends PageFields {
  readonly name: string;
  readonly duration: number;
  readonly size: number;
  readonly resourceType: string;
  readonly protocol: string;
}

/** How long a page took to react to its user, ms. */
export interface WebInteractionData extends PageFields {
  readonly inpTime: number;
}

/** Names and numbers of the protocol's ErrorCategory. */
export const ErrorCategory = { ajax: 0, resource: 1, vue: 2, promise: 3, js: 4, unknown: 5 } as const;

/** An error that a page saw. */
export interface ErrorLog extends PageFields {
  /** Of the sender's making; empty: none. */
  readonly uniqueId: string;
  /** An {@link ErrorCategory}, or a number that is none. */
  readonly category: number;
  readonly grade: string;
  readonly message: string;
  readonly line: number;
  readonly col: number;
  readonly stack: string;
  readonly errorUrl: string;
  readonly firstReportedError: boolean;
}
