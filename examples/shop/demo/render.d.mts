export declare function sparkline(values: ReadonlyArray<number | null>): string;
export declare function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string;
export declare function topologyTree(
  topology: {
    readonly nodes: ReadonlyArray<{ readonly id: string; readonly name: string; readonly type: string | null }>;
    readonly calls: ReadonlyArray<{ readonly source: string; readonly target: string; readonly detectPoints: readonly string[] }>;
  },
  color: boolean,
): string;
export interface WaterfallSpan {
  readonly segmentId: string;
  readonly spanId: number;
  readonly parentSpanId: number;
  readonly serviceCode: string;
  readonly endpointName: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly isError: boolean;
  readonly refs: ReadonlyArray<{ readonly parentSegmentId: string; readonly parentSpanId: number }>;
}
export declare function waterfall(spans: readonly WaterfallSpan[], color: boolean, width?: number): string;
