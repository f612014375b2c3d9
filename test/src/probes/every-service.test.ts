import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ServerProcess } from '@skein/core/testing';

/** The services of receivers.md 3.2, and their methods. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  'skywalking.v3.TraceSegmentReportService': ['collect', 'collectInSync'],
  'skywalking.v3.SpanAttachedEventReportService': ['collect'],
  'skywalking.v3.ManagementService': ['reportInstanceProperties', 'keepAlive'],
  'skywalking.v3.JVMMetricReportService': ['collect'],
  'skywalking.v3.CLRMetricReportService': ['collect'],
  'skywalking.v3.MeterReportService': ['collect', 'collectBatch'],
  'skywalking.v3.LogReportService': ['collect'],
  'skywalking.v3.EventService': ['collect'],
  'skywalking.v3.BrowserPerfService': [
    'collectPerfData',
    'collectWebVitalsPerfData',
    'collectResourcePerfData',
    'collectWebInteractionsPerfData',
    'collectErrorLogs',
  ],
  'skywalking.v3.ConfigurationDiscoveryService': ['fetchConfigurations'],
  'skywalking.v3.ProfileTask': ['getProfileTaskCommands', 'collectSnapshot', 'goProfileReport', 'reportTaskFinish'],
  'skywalking.v10.AsyncProfilerTask': ['collect', 'getAsyncProfilerTaskCommands'],
  'skywalking.v10.PprofTask': ['collect', 'getPprofTaskCommands'],
  'skywalking.v3.ServiceMeshMetricService': ['collect'],
  'skywalking.v3.EBPFProcessService': ['reportProcesses', 'keepAlive'],
  'skywalking.v3.EBPFProfilingService': ['queryTasks', 'collectProfilingData'],
  'skywalking.v3.ContinuousProfilingService': ['queryPolicies', 'reportProfilingTask'],
  'skywalking.v3.EBPFAccessLogService': ['collect'],
  // Without a package, as agents 8.0 to 8.3 call them: receivers.md 3.3.
  TraceSegmentReportService: ['collect', 'collectInSync'],
  ManagementService: ['reportInstanceProperties', 'keepAlive'],
  JVMMetricReportService: ['collect'],
  CLRMetricReportService: ['collect'],
  MeterReportService: ['collect'],
  BrowserPerfService: ['collectPerfData', 'collectErrorLogs'],
  ProfileTask: ['getProfileTaskCommands', 'collectSnapshot', 'reportTaskFinish'],
  ServiceMeshMetricService: ['collect'],
};

let server: ServerProcess;
let client: Client;
beforeAll(async () => {
  server = await ServerProcess.start({ config: 'host: { zone: UTC }\n' });
  client = new Client(server.grpc, credentials.createInsecure());
}, 60_000);
afterAll(async () => {
  client?.close();
  await server?.dispose();
});

const bytes = (message: Buffer): Buffer => message;
/** The status of a call with one empty message. */
const call = (path: string): Promise<number> =>
  new Promise((done) => {
    const stream = client.makeBidiStreamRequest(path, bytes, bytes, { deadline: Date.now() + 20_000 } as never);
    stream.on('data', () => undefined);
    stream.on('error', (error: ServiceError) => done(error.code));
    stream.on('end', () => done(status.OK));
    stream.write(Buffer.alloc(0));
    stream.end();
  });

it.each(Object.entries(SERVICES))(
  'the default configuration serves %s: agents switch off what they find unimplemented',
  async (service, methods) => {
    for (const method of methods) {
      const code = await call(`/${service}/${method}`);
      // What is wrong with an empty message is told otherwise.
      expect([method, [status.OK, status.INVALID_ARGUMENT, status.NOT_FOUND].includes(code) ? 'served' : status[code]]).toEqual([
        method,
        'served',
      ]);
    }
  },
);

it('and says so where there is no such service', async () => {
  expect(await call('/skywalking.v3.NoSuchService/collect')).toBe(status.UNIMPLEMENTED);
});
