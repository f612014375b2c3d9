import { parseMemberId, parseServiceId } from '@skein/telemetry';
import { type AsyncProfilerTask, overlaps, type PprofTask, type ProfileTask, type Task } from './task.js';
import type { Draft } from './task-board.js';

const MINUTE = 60_000;
const MAX_ID_LENGTH = 1024;
const MAX_INSTANCES = 1000;
const MAX_TEXT_LENGTH = 1024;
/** Longest recording of async-profiler, seconds: a day. The service takes no other meanwhile. */
const MAX_RECORDING = 86_400;
/** How far ahead a task may be planned, ms. */
const MAX_AHEAD = 7 * 86_400_000;
/** Profiles of Go that gather for some minutes, and those of them that ask for a rate. */
const GATHERING: readonly string[] = ['CPU', 'BLOCK', 'MUTEX'];
const RATED: readonly string[] = ['BLOCK', 'MUTEX'];

/** `ARGUMENT_ERROR`: the request is wrong; `ALREADY_PROFILING_ERROR`: the service is busy. */
export type RefusalCode = 'ARGUMENT_ERROR' | 'ALREADY_PROFILING_ERROR';
/** A task to be made, or what is wrong with the request, in words for whoever sent it. */
export type Requested<T extends Task> = { readonly draft: Draft<T> } | { readonly refusal: string };

/** Arguments of createProfileTask. */
export interface ProfileTaskRequest {
  readonly serviceId: string;
  readonly endpointName: string;
  readonly startTime?: number | null;
  readonly duration: number;
  readonly minDurationThreshold: number;
  readonly dumpPeriod: number;
  readonly maxSamplingCount: number;
}

/** Checks of query.md 3.11; the words are ours. */
export function profileTaskRequest(request: ProfileTaskRequest, now: number): Requested<ProfileTask> {
  const { serviceId, duration, minDurationThreshold, dumpPeriod, maxSamplingCount } = request;
  const endpointName = request.endpointName.trim();
  const startTime = request.startTime ?? now;
  const endTime = startTime + duration * MINUTE;
  const refusal = first([
    [!isService(serviceId), 'serviceId is not the id of a service'],
    [endpointName === '', 'endpointName must not be empty'],
    [endpointName.length > MAX_TEXT_LENGTH, `endpointName must not be longer than ${MAX_TEXT_LENGTH} characters`],
    [duration < 1 || duration > 15, `duration must be 1 to 15 minutes (got ${duration})`],
    [minDurationThreshold < 0, `minDurationThreshold must be 0 ms or more (got ${minDurationThreshold})`],
    [dumpPeriod < 10, `dumpPeriod must be 10 ms or more (got ${dumpPeriod})`],
    [maxSamplingCount <= 0 || maxSamplingCount >= 10, `maxSamplingCount must be 1 to 9 (got ${maxSamplingCount})`],
    [!(startTime <= now + MAX_AHEAD), 'startTime must not be more than 7 days ahead'],
    [!(endTime > now), 'the task would be over already: startTime and duration lie in the past'],
  ]);
  if (refusal !== undefined) return { refusal };
  return {
    draft: {
      serviceId,
      refusal: (existing) =>
        existing.some((task) => overlaps(task, startTime, endTime)) ? 'the service has a profile task at that time already' : undefined,
      make: (id, createTime) => ({
        id,
        serviceId,
        createTime,
        startTime,
        endTime,
        endpointName,
        duration,
        minDurationThreshold,
        dumpPeriod,
        maxSamplingCount,
      }),
    },
  };
}

/** Arguments of createAsyncProfilerTask. */
export interface AsyncProfilerTaskRequest {
  readonly serviceId: string;
  readonly serviceInstanceIds: readonly string[];
  readonly duration: number;
  readonly events: readonly string[];
  readonly execArgs?: string | null;
}

export function asyncProfilerTaskRequest(request: AsyncProfilerTaskRequest, now: number): Requested<AsyncProfilerTask> {
  const { serviceId, duration } = request;
  const events = [...new Set(request.events)];
  const instanceIds = [...new Set(request.serviceInstanceIds)];
  const execArgs = request.execArgs ?? '';
  const refusal = first([
    [!isService(serviceId), 'serviceId is not the id of a service'],
    [duration <= 0 || duration > MAX_RECORDING, `duration must be 1 to ${MAX_RECORDING} seconds (got ${duration})`],
    [events.length === 0, 'events must not be empty'],
    ...instanceFaults(serviceId, instanceIds),
    [execArgs.length > MAX_TEXT_LENGTH, `execArgs must not be longer than ${MAX_TEXT_LENGTH} characters`],
  ]);
  if (refusal !== undefined) return { refusal };
  return {
    draft: {
      serviceId,
      refusal: (existing) =>
        existing.some((task) => overlaps(task, now, now + duration * 1000))
          ? 'the service is being recorded by async-profiler already'
          : undefined,
      make: (id, createTime) => ({
        id,
        serviceId,
        createTime,
        startTime: createTime,
        endTime: createTime + duration * 1000,
        instanceIds,
        duration,
        events,
        execArgs,
      }),
    },
  };
}

/** Arguments of createPprofTask. */
export interface PprofTaskRequest {
  readonly serviceId: string;
  readonly serviceInstanceIds: readonly string[];
  readonly duration?: number | null;
  readonly events: string;
  readonly dumpPeriod?: number | null;
}

/** Profiles of different events may be taken at a time. */
export function pprofTaskRequest(request: PprofTaskRequest, now: number): Requested<PprofTask> {
  const { serviceId, events: event } = request;
  const instanceIds = [...new Set(request.serviceInstanceIds)];
  const [duration, dumpPeriod] = [request.duration ?? 0, request.dumpPeriod ?? 0];
  const refusal = first([
    [!isService(serviceId), 'serviceId is not the id of a service'],
    [GATHERING.includes(event) && (duration < 1 || duration > 15), `${event} needs a duration of 1 to 15 minutes (got ${duration})`],
    [duration < 0 || duration > 15, `duration must be at most 15 minutes (got ${duration})`],
    [RATED.includes(event) && dumpPeriod <= 0, `${event} needs a dumpPeriod above 0 (got ${dumpPeriod})`],
    ...instanceFaults(serviceId, instanceIds),
  ]);
  if (refusal !== undefined) return { refusal };
  const isBusy = (task: PprofTask): boolean => task.event === event && overlaps(task, now, now + duration * MINUTE);
  return {
    draft: {
      serviceId,
      refusal: (existing) => (existing.some(isBusy) ? `the service has a pprof task for ${event} already` : undefined),
      make: (id, createTime) => ({
        id,
        serviceId,
        createTime,
        startTime: createTime,
        endTime: createTime + duration * MINUTE,
        instanceIds,
        duration,
        event,
        dumpPeriod,
      }),
    },
  };
}

type Fault = readonly [holds: boolean, text: string];

const first = (faults: readonly Fault[]): string | undefined => faults.find(([holds]) => holds)?.[1];

const isService = (id: string): boolean => id.length <= MAX_ID_LENGTH && parseServiceId(id) !== undefined;

const instanceFaults = (serviceId: string, instanceIds: readonly string[]): readonly Fault[] => [
  [instanceIds.length === 0, 'serviceInstanceIds must not be empty'],
  [instanceIds.length > MAX_INSTANCES, `serviceInstanceIds must not be more than ${MAX_INSTANCES}`],
  [
    instanceIds.some((id) => id.length > MAX_ID_LENGTH || parseMemberId(id)?.serviceId !== serviceId),
    'serviceInstanceIds has an id that is not of an instance of the service',
  ],
];
