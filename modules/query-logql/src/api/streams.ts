import type { StoredLog } from '@skein/query/contract';

/** The labels of a stream; those that its logs do not have are absent. */
export interface StreamLabels {
  readonly service: string;
  readonly service_instance?: string;
  readonly endpoint?: string;
  readonly trace_id?: string;
}

/** Nanoseconds as text, the line, and tags where a client tells labels from them. */
type Entry = readonly [nanoseconds: string, line: string, more?: { readonly structuredMetadata?: Readonly<Record<string, string>> }];

export interface Stream {
  readonly stream: StreamLabels;
  readonly values: readonly Entry[];
}

export function labelsOf({ serviceName, instanceName, endpointName, traceId }: StoredLog): StreamLabels {
  return {
    service: serviceName,
    ...(instanceName !== undefined && { service_instance: instanceName }),
    ...(endpointName !== undefined && { endpoint: endpointName }),
    ...(traceId !== undefined && { trace_id: traceId }),
  };
}

/**
 * Logs by the streams that they are of, in the order in which they came; a stream is where its first log is. `withTags`: each entry has its
 * tags as structured metadata, which a client reads that has asked for labels by category.
 */
export function streamsOf(logs: readonly StoredLog[], withTags: boolean): readonly Stream[] {
  const streams = new Map<string, { readonly stream: StreamLabels; readonly values: Entry[] }>();
  for (const log of logs) {
    const labels = labelsOf(log);
    const key = JSON.stringify(labels);
    let found = streams.get(key);
    if (found === undefined) {
      found = { stream: labels, values: [] };
      streams.set(key, found);
    }
    found.values.push(withTags ? [...plainEntry(log), metadata(log)] : plainEntry(log));
  }
  return [...streams.values()];
}

const plainEntry = ({ timestamp, content = '' }: StoredLog): readonly [string, string] => [
  timestamp === 0 ? '0' : `${timestamp}000000`,
  content,
];

const metadata = ({ tags }: StoredLog) =>
  tags.length === 0 ? {} : { structuredMetadata: Object.fromEntries(tags.map(({ key, value }) => [key, value])) };
