import { randomUUID } from 'node:crypto';
import type { Clock } from '@skein/core';
import type { ReadOptions } from '@skein/query/contract';
import { parseMemberId, parseServiceId } from '@skein/telemetry';
import { labelsOf, type StoredProcesses } from '../processes/stored-processes.js';
import { samplingProblem } from './check-samplings.js';
import type { FixedTasks } from './fixed-tasks.js';
import { endOf, type FixedTask, type SamplingRule, type TargetType } from './task.js';

/** Shortest task for a fixed time. Source of the numbers here: query.md 3.11. */
const MIN_SECONDS = 60;
/** Nobody can end a task before its time, and none other of its target can run meanwhile. */
const MAX_SECONDS = 86_400;
const MAX_DAYS_AHEAD = 30;
const NETWORK_SECONDS = 600;
/** A network task is made longer when no more than this is left of it. */
const EXTEND_MS = 60_000;
const MAX_LABELS_LENGTH = 1000;

/** What became of an order: the id of the task, or why there is none. */
export type OrderResult = { readonly id: string } | { readonly refused: string };

/** A task for processes of a service. */
export interface FixedTimeOrder {
  readonly serviceId: string;
  readonly processLabels: readonly string[];
  /** ms since the epoch; 0 or less: now. */
  readonly startTime: number;
  /** Seconds. */
  readonly duration: number;
  readonly targetType: TargetType;
}
/** A task for all processes of an instance. */
export interface NetworkOrder {
  readonly instanceId: string;
  readonly samplings: readonly SamplingRule[];
}

/** Takes orders of profiling, after checking them. */
export class TaskOrders {
  constructor(
    private readonly tasks: FixedTasks,
    private readonly processes: StoredProcesses,
    private readonly clock: Clock,
  ) {}

  async fixedTime(order: FixedTimeOrder, o?: ReadOptions): Promise<OrderResult> {
    const refused = fixedTimeProblem(order, this.clock.now()) ?? (await this.#labelProblem(order, o));
    if (refused !== undefined) return { refused };
    const now = this.clock.now();
    const startTime = order.startTime > 0 ? order.startTime : now;
    return this.#add({
      service: order.serviceId,
      labels: order.processLabels,
      target: order.targetType,
      startTime,
      seconds: order.duration,
      samplings: [],
    });
  }

  async network({ instanceId, samplings }: NetworkOrder, o?: ReadOptions): Promise<OrderResult> {
    const service = parseMemberId(instanceId)?.serviceId;
    if (service === undefined) return { refused: `"${instanceId.slice(0, 100)}" is not the id of an instance` };
    if ((await this.processes.realOfInstance(instanceId, o)).length === 0) return { refused: 'the instance has no processes' };
    const refused = samplingProblem(samplings);
    if (refused !== undefined) return { refused };
    const startTime = this.clock.now();
    return this.#add({ service, instance: instanceId, labels: [], target: 'NETWORK', startTime, seconds: NETWORK_SECONDS, samplings });
  }

  /** Makes a network task longer when it is about to end. Returns why it cannot be done. */
  async keepNetwork(id: string): Promise<string | undefined> {
    const found = await this.tasks.find(id);
    if (found === undefined) return 'there is no such profiling task';
    if (found.target === 'NETWORK' && endOf(found) - this.clock.now() > EXTEND_MS) return undefined;
    return this.tasks.change(found.service, (tasks) => {
      const task = tasks.find((one) => one.id === id);
      if (task === undefined) return { refused: 'there is no such profiling task' };
      if (task.target !== 'NETWORK') return { refused: 'only network profiling can be kept going' };
      const left = endOf(task) - this.clock.now();
      if (left < 0) return { refused: 'the profiling task has ended' };
      if (left > EXTEND_MS) return { tasks };
      const longer = { ...task, seconds: task.seconds + NETWORK_SECONDS, updateTime: this.#updateTime(tasks) };
      return { tasks: tasks.map((one) => (one === task ? longer : one)) };
    });
  }

  async #labelProblem({ serviceId, processLabels }: FixedTimeOrder, o?: ReadOptions): Promise<string | undefined> {
    if (processLabels.length === 0) return undefined;
    const existing = new Set(labelsOf(await this.processes.ofService(serviceId, o)));
    const missing = processLabels.filter((label) => !existing.has(label));
    return missing.length === 0 ? undefined : `no process of the service has the label(s) ${missing.join(', ')}`;
  }

  async #add(order: Omit<FixedTask, 'id' | 'createTime' | 'updateTime'>): Promise<OrderResult> {
    const id = randomUUID();
    const refused = await this.tasks.change(order.service, (tasks) => {
      if (order.target !== 'NETWORK' && tasks.some((task) => overlaps(task, order))) {
        return { refused: 'another task of the service profiles the same target at that time' };
      }
      const updateTime = this.#updateTime(tasks);
      return { tasks: [...tasks, { ...order, id, createTime: this.clock.now(), updateTime }] };
    });
    return refused === undefined ? { id } : { refused };
  }

  /** Later than that of any other task of the service: an agent that has one asks only for what is later. */
  #updateTime(tasks: readonly FixedTask[]): number {
    return tasks.reduce((latest, { updateTime }) => Math.max(latest, updateTime + 1), this.clock.now());
  }
}

function fixedTimeProblem(order: FixedTimeOrder, now: number): string | undefined {
  const { serviceId, processLabels, duration, targetType, startTime } = order;
  if (parseServiceId(serviceId) === undefined) return `"${serviceId.slice(0, 100)}" is not the id of a service`;
  if (JSON.stringify(processLabels).length > MAX_LABELS_LENGTH) return `the labels have more than ${MAX_LABELS_LENGTH} characters together`;
  if (targetType === 'NETWORK') return 'network profiling is ordered for an instance, by createEBPFNetworkProfiling';
  if (duration < MIN_SECONDS) return `the duration must be at least ${MIN_SECONDS} s`;
  if (duration > MAX_SECONDS) return `the duration must be at most ${MAX_SECONDS} s, a day`;
  if (startTime > now + MAX_DAYS_AHEAD * 86_400_000) return `the start must be within the next ${MAX_DAYS_AHEAD} days`;
  return undefined;
}

type Planned = Pick<FixedTask, 'target' | 'startTime' | 'seconds'>;

const overlaps = (a: Planned, b: Planned): boolean => a.target === b.target && a.startTime < endOf(b) && b.startTime < endOf(a);
