import { contribution, defineModule, GrpcMethods, HostStatusToken } from '@skein/core';
import { LimitedReadsToken, MetadataQueryToken, TimeQueryToken } from '@skein/query/contract';
import { GraphqlResolvers } from '@skein/query-graphql/contract';
import { NamingToken, observations, PROCESS_ENTITY_MODELS, StorageModels } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { accessLogMethod } from './access-log/access-log-method.js';
import { EbpfProfilingConfig } from './config.js';
import { Policies } from './policies/policies.js';
import { policyMethod } from './policies/policy-method.js';
import { policyResolvers } from './policies/policy-resolvers.js';
import { reportMethod } from './policies/report-method.js';
import { TriggeredTaskModel, TriggeredTasks } from './policies/triggered-tasks.js';
import { PolledMethods } from './polled-method.js';
import { processMethods } from './processes/process-methods.js';
import { ProcessObservations } from './processes/process-observations.js';
import { processResolvers } from './processes/process-resolvers.js';
import { StoredProcesses } from './processes/stored-processes.js';
import { stackMethod } from './stacks/stack-method.js';
import { ScheduleModel, StackModel } from './stacks/stack-models.js';
import { stackResolvers } from './stacks/stack-resolvers.js';
import { FixedTasks } from './tasks/fixed-tasks.js';
import { taskMethod } from './tasks/task-method.js';
import { TaskOrders } from './tasks/task-orders.js';
import { taskResolvers } from './tasks/task-resolvers.js';

/** Serves eBPF agents and whoever looks at what they find: processes, what these talk to, and profiling that is ordered or begins by itself. */
export default defineModule({
  name: 'ebpf-profiling',
  config: EbpfProfilingConfig,
  needs: {
    naming: NamingToken,
    storage: StorageToken,
    reads: LimitedReadsToken,
    metadata: MetadataQueryToken,
    time: TimeQueryToken,
    status: HostStatusToken,
  },
  publishes: { observations },
  contributes: [
    GrpcMethods,
    GraphqlResolvers,
    contribution(StorageModels, ...PROCESS_ENTITY_MODELS, ScheduleModel, StackModel, TriggeredTaskModel),
  ],
  activate({ config, services, streams, clock, logger, meter, contribute }) {
    const { naming, storage, reads, metadata, time, status } = services;
    const { listener } = config;
    const publisher = streams.observations;
    const leftOut = meter.counter(
      'process_properties_left_out_total',
      'Properties and labels of processes that were not kept, for lack of room',
    );

    const reported = new ProcessObservations(naming, (count) => leftOut.add(count));
    const processes = new StoredProcesses(reads, clock);
    const tasks = new FixedTasks(storage, clock, config.taskCache);
    const orders = new TaskOrders(tasks, processes, clock);
    const policies = new Policies(storage, clock, config.policyCache);
    const triggered = new TriggeredTasks(reads, clock, storage.traits.retention.records);
    meter.gauge('continuous_profiling_policies', 'Services with a policy of continuous profiling', () => policies.size);

    const polled = new PolledMethods(meter, logger);
    const methods = [
      ...processMethods({ listener, processes: reported, publisher, clock }),
      polled.method(taskMethod(listener, tasks, processes, clock)),
      stackMethod(listener, publisher, clock),
      polled.method(policyMethod(listener, policies, naming)),
      reportMethod(listener, reported, publisher, clock),
      accessLogMethod(listener, publisher, status, logger),
    ];
    for (const method of methods) contribute(GrpcMethods, method);
    for (const resolvers of [
      processResolvers(processes, reads, time),
      taskResolvers(orders, tasks, triggered, processes, time),
      stackResolvers(processes, reads),
      policyResolvers(policies, triggered, processes, metadata, clock),
    ]) {
      contribute(GraphqlResolvers, { resolvers });
    }
  },
});
