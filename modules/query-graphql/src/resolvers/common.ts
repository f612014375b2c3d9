import type { HostSettings, HostStatus } from '@skein/core';
import type { TimeQuery } from '@skein/query/contract';
import type { GraphqlResolverMap } from '../contract.js';

/** Clients read `major.minor` of the protocol from the front and choose their fields by it. */
const PROTOCOL_VERSION = '10.4.0';

export const commonResolvers = (time: TimeQuery, status: HostStatus, host: HostSettings): GraphqlResolverMap => ({
  Query: {
    version: () => `${PROTOCOL_VERSION}-skein-${host.version}`,
    checkHealth: () => {
      if (status.state !== 'ready') return { score: -1, details: `${status.state},` };
      const degraded = status.degraded();
      return { score: degraded.length, details: degraded.map((d) => `${d.module},`).join('') };
    },
    getTimeInfo: () => {
      const { timezone, now } = time.info();
      return { timezone, currentTimestamp: now };
    },
    getRecordsTTL: () => {
      const { records, traces, logs } = time.retention();
      return {
        normal: records,
        trace: traces,
        zipkinTrace: traces,
        log: logs,
        browserErrorLog: logs,
        coldNormal: -1,
        coldTrace: -1,
        coldZipkinTrace: -1,
        coldLog: -1,
        coldBrowserErrorLog: -1,
      };
    },
    getMetricsTTL: () => {
      const { metrics } = time.retention();
      return { metadata: metrics, minute: metrics, hour: metrics, day: metrics, coldMinute: -1, coldHour: -1, coldDay: -1 };
    },
  },
  Mutation: { version: () => PROTOCOL_VERSION },
});
