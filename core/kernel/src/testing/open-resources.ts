/** Counts by kind of what keeps an event loop busy: sockets, servers, timers, watchers. */
export type ResourceCounts = ReadonlyMap<string, number>;

/** Comes and goes with every turn of the event loop, and is nobody's to close. */
const PASSING = new Set(['Immediate', 'TickObject', 'FSReqCallback', 'FSReqPromise', 'CloseReq', 'PROCESSWRAP', 'TTYWRAP', 'PipeWrap']);

export function openResources(): ResourceCounts {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) if (!PASSING.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** What is open now and was not before: `2 Timeout, 1 TCPServerWrap`; undefined when there is nothing. */
export function openedSince(before: ResourceCounts): string | undefined {
  const more = [...openResources()].flatMap(([kind, count]) => {
    const extra = count - (before.get(kind) ?? 0);
    return extra > 0 ? [`${extra} ${kind}`] : [];
  });
  return more.length === 0 ? undefined : more.join(', ');
}

/** As {@link openedSince}, after what is being closed had up to `turns` turns of the event loop to be gone. */
export async function leftOpenSince(before: ResourceCounts, turns = 200): Promise<string | undefined> {
  for (let turn = 0; turn < turns; turn++) {
    if (openedSince(before) === undefined) return undefined;
    await new Promise((done) => setImmediate(done));
  }
  return openedSince(before);
}
