import { type Clock, type Publisher, type RawMessages, StatusError } from '@skein/core';
import { skywalking } from '@skein/proto/profiling';
import type { Observation } from '@skein/telemetry';
import type { UploadParser } from '../parsing/upload-parser.js';
import { incoming } from '../uploads/incoming.js';
import type { UploadBudget } from '../uploads/upload-budget.js';
import { goObservation } from './snapshots.js';

const { GoProfileData } = skywalking.v3;

/** Profiles that one call may send piece by piece at a time. */
const MAX_OPEN = 16;

/** What reading reports needs. */
export interface GoReportsOptions {
  readonly parser: UploadParser;
  readonly budget: UploadBudget;
  readonly publisher: Publisher<Observation>;
  /** Largest profile. */
  readonly maxBytes: number;
  /** Longest silence of a client, ms. */
  readonly idleMs: number;
  readonly clock: Clock;
}

/** What comes of one profile: its stacks, or what is wrong with it. */
export type GoReport = Observation | Error;

/** A profile that has not come whole. */
interface OpenProfile {
  readonly pieces: Uint8Array[];
  bytes: number;
}

/**
 * Puts the pieces of Go profiles together, by their tasks, and reads each profile when its last piece is there. Pieces without a task are
 * passed over, as the reference has it. A profile that is too large or cut short is an error of its own.
 */
export async function* goReports(messages: RawMessages, options: GoReportsOptions): AsyncGenerator<readonly GoReport[]> {
  const { budget, publisher, maxBytes, idleMs, clock } = options;
  using account = budget.account();
  const open = new Map<string, OpenProfile>();
  for await (const message of incoming(messages, clock, idleMs)) {
    const piece = decoded(message);
    if (piece instanceof Error) {
      yield [piece];
      continue;
    }
    const { taskId, payload, isLast } = piece;
    if (taskId === '') {
      publisher.skip(1, 'no-task');
      continue;
    }
    const profile = open.get(taskId) ?? { pieces: [], bytes: 0 };
    open.set(taskId, profile);
    if (open.size > MAX_OPEN) throw new StatusError('INVALID_ARGUMENT', `more than ${MAX_OPEN} profiles at a time`);
    account.take(payload.length);
    profile.bytes += payload.length;
    // What is too large is not kept; its end is waited for.
    if (profile.bytes > maxBytes) profile.pieces.length = 0;
    else profile.pieces.push(payload);
    if (!isLast) continue;
    open.delete(taskId);
    yield [await read(taskId, profile, options)];
  }
  if (open.size > 0) yield [...open.keys()].map((taskId) => new Error(`the profile of task ${taskId.slice(0, 100)} was cut short`));
}

function decoded(message: Uint8Array) {
  try {
    const { taskId, payload, isLast } = GoProfileData.decode(message);
    return { taskId: taskId ?? '', payload: payload ?? new Uint8Array(0), isLast: isLast === true };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function read(
  taskId: string,
  { pieces, bytes }: OpenProfile,
  { parser, publisher, maxBytes, clock }: GoReportsOptions,
): Promise<GoReport> {
  if (bytes > maxBytes) return new RangeError(`a profile of ${bytes} bytes; expected at most ${maxBytes}`);
  const outcome = await parser.parse('go', Buffer.concat(pieces));
  if ('problem' in outcome) return new Error(outcome.problem);
  const { observation, leftOut } = goObservation(taskId, outcome.parsed, clock.now());
  if (leftOut > 0) publisher.skip(leftOut, 'oversize');
  return observation;
}
