import { type Clock, deliver, type GrpcCall, type GrpcMethod, type Publisher } from '@skein/core';
import { decodeMeter, decodeMeterCollection } from '@skein/proto/meter';
import type { SampleSet } from '@skein/telemetry';
import { MeterSet } from './meter-set.js';

/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

export interface MeterMethodsOptions {
  readonly listener: string;
  /** Memory that one set may take, about. */
  readonly maxSetBytes: number;
  readonly publisher: Publisher<SampleSet>;
  readonly clock: Clock;
}

/**
 * The meter service of agents since 8.4, and for those before one method of it without a package, receivers.md 3.2 and 3.3. The reply comes when
 * the metrics are durable.
 */
export function meterMethods(options: MeterMethodsOptions): readonly GrpcMethod[] {
  const { listener } = options;
  const method = (path: string, handle: (messages: Messages, call: GrpcCall) => Promise<unknown>): GrpcMethod => ({
    listener,
    path,
    kind: 'client-stream',
    handle: async (messages, call) => {
      await handle(messages, call);
      return NO_COMMANDS;
    },
  });
  return [
    method('/skywalking.v3.MeterReportService/collect', (messages, call) => collect(messages, call, options)),
    method('/skywalking.v3.MeterReportService/collectBatch', (messages, call) => collectBatch(messages, call, options)),
    method('/MeterReportService/collect', (messages, call) => collect(messages, call, options)),
  ];
}

type Messages = AsyncIterable<readonly Uint8Array[]>;

/** What a stream comes to: its set, and a step for each message that did not fit in, which throws why. */
type Part = () => readonly SampleSet[];

/** All of the stream is one set. */
const collect = (messages: Messages, call: GrpcCall, options: MeterMethodsOptions): Promise<number> =>
  deliver<SampleSet, Part>({ messages: gathered(messages, options), read: (part) => part(), call, ...options });

async function* gathered(messages: Messages, { maxSetBytes, publisher }: MeterMethodsOptions): AsyncGenerator<readonly Part[]> {
  const set = new MeterSet(maxSetBytes, (count, reason) => publisher.skip(count, reason));
  try {
    for await (const chunk of messages) {
      const malformed = addAll(set, chunk);
      if (malformed.length > 0) yield malformed;
    }
  } catch (error) {
    await publishRest(set, publisher);
    throw error;
  }
  yield [() => setsOf(set)];
}

function addAll(set: MeterSet, chunk: readonly Uint8Array[]): readonly Part[] {
  const malformed: Part[] = [];
  for (const bytes of chunk) {
    try {
      set.add(decodeMeter(bytes));
    } catch (error) {
      malformed.push(() => {
        throw error;
      });
    }
  }
  return malformed;
}

/** What came of a stream that broke is kept if there is room for it: the agent does not send it again. */
async function publishRest(set: MeterSet, publisher: Publisher<SampleSet>): Promise<void> {
  const rest = setsOf(set);
  if (rest.length === 0) return;
  try {
    await publisher.publish(rest, { waitMs: 0 });
  } catch {
    // Refused, and written to the books; the error of the stream is what the call ends with.
  }
}

/** Each collection is a set. */
function collectBatch(messages: Messages, call: GrpcCall, options: MeterMethodsOptions): Promise<number> {
  const { maxSetBytes, publisher } = options;
  const read = (bytes: Uint8Array): readonly SampleSet[] => {
    const set = new MeterSet(maxSetBytes, (count, reason) => publisher.skip(count, reason));
    decodeMeterCollection(bytes, (meter) => set.add(meter));
    return setsOf(set);
  };
  return deliver({ messages, read, call, ...options });
}

function setsOf(set: MeterSet): readonly SampleSet[] {
  const samples = set.finish();
  return samples === undefined ? [] : [samples];
}
