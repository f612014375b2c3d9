import { type Clock, deliver, type GrpcCall, type Logger, type Publisher, type RawMessages, StatusError } from '@skein/core';
import { instanceId, type Naming, type Observation, serviceId } from '@skein/telemetry';
import type { RecordRow } from '@skein/telemetry/storage';
import type { UploadParser } from '../parsing/upload-parser.js';
import type { Task } from '../tasks/task.js';
import type { TaskBoard } from '../tasks/task-board.js';
import type { TaskLog } from '../tasks/task-log.js';
import { incoming } from './incoming.js';
import type { UploadBudget } from './upload-budget.js';
import { type UploadMessage, type UploadMetadata, type UploadProtocol, UploadStatus } from './upload-protocol.js';
import { type Upload, uploadRecords } from './upload-records.js';

/** Messages that are read behind that of an error, and longest text of it that is logged. */
const MAX_AFTER_ERROR = 16;
const MAX_ERROR_TEXT = 1000;
/** Parts of a file, each of a megabyte, in one commit. */
const PARTS_AT_ONCE = 2;
/** What a record holds in memory besides its bytes, about. */
const RECORD_BYTES = 1000;

/** What a dialogue needs. */
export interface UploadDialogueOptions {
  readonly protocol: UploadProtocol;
  readonly board: Pick<TaskBoard<Task>, 'find'>;
  readonly log: TaskLog;
  readonly parser: UploadParser;
  readonly budget: UploadBudget;
  readonly publisher: Publisher<Observation>;
  readonly naming: Naming;
  /** Largest file. */
  readonly maxBytes: number;
  /** Longest silence of a client, ms. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Messages = AsyncGenerator<UploadMessage, void, undefined>;

/**
 * The dialogue of an upload: metadata first; then, by the server's leave, the file in pieces. The call ends well when the file, its trees and
 * the entry in the task's log are stored; of what is cut short, broken or too large nothing is stored but an entry.
 */
export class UploadDialogue {
  constructor(private readonly options: UploadDialogueOptions) {}

  async *collect(raw: RawMessages, call: GrpcCall): AsyncGenerator<Uint8Array, void, undefined> {
    const messages = this.messages(raw);
    try {
      const first = await messages.next();
      if (first.done === true) return;
      if (first.value.metadata === undefined) throw this.refused('no-metadata', 'INVALID_ARGUMENT', 'expected metadata first');
      yield* this.answer(first.value, first.value.metadata, messages, call);
    } finally {
      await messages.return();
    }
  }

  private async *answer(first: UploadMessage, metadata: UploadMetadata, messages: Messages, call: GrpcCall): AsyncGenerator<Uint8Array> {
    const { protocol, log, maxBytes, naming } = this.options;
    const service = serviceId(naming.service(metadata.service), true);
    const instance = instanceId(service, naming.instance(metadata.serviceInstance));
    const task = await this.taskOf(metadata, service);
    if (metadata.status !== UploadStatus.Success) {
      if (protocol.answersErrors) yield protocol.reply(UploadStatus.Error);
      await this.failed(task, instance, first, messages);
      return;
    }
    if (task === undefined) throw this.refused('unknown-task', 'NOT_FOUND', `there is no task ${metadata.taskId.slice(0, 200)}`);
    if (metadata.contentSize > maxBytes) {
      this.options.publisher.skip(1, 'oversize');
      await log.writeOrCount(task.id, instance, protocol.tooLarge);
      yield protocol.reply(UploadStatus.TooLarge);
      return;
    }
    using account = this.options.budget.account();
    account.take(Math.max(0, metadata.contentSize));
    yield protocol.reply(UploadStatus.Success);
    const file = await this.file(metadata.contentSize, messages);
    await this.store(file, { taskId: task.id, instanceId: instance, time: this.options.clock.now() }, call);
  }

  /** The agent could not do its task. What it says of it may come with the metadata or after it. */
  private async failed(task: Task | undefined, instance: string, first: UploadMessage, messages: Messages): Promise<void> {
    let text = first.errorMessage ?? '';
    for (let left = MAX_AFTER_ERROR; left > 0; left--) {
      const { done, value } = await messages.next();
      if (done === true) break;
      text ||= value.errorMessage ?? '';
    }
    this.options.publisher.skip(1, 'agent-error');
    this.options.logger.info('an agent could not profile', { task: task?.id, instance, error: text.slice(0, MAX_ERROR_TEXT) });
    if (task !== undefined) await this.options.log.writeOrCount(task.id, instance, 'EXECUTION_TASK_ERROR');
  }

  /** All content up to the end of the call. Throws INVALID_ARGUMENT unless it has the size that was told. */
  private async file(size: number, messages: Messages): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const { content } of messages) {
      if (!content) continue;
      bytes += content.length;
      if (bytes > size) throw this.refused('incomplete', 'INVALID_ARGUMENT', `more than the ${size} bytes that were told`);
      pieces.push(content);
    }
    if (bytes < size) throw this.refused('incomplete', 'INVALID_ARGUMENT', `${bytes} of ${size} bytes were sent`);
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  /**
   * The file goes in pieces: a storage writes a commit at one go, and one of 30 MB would stop all others for a second. The trees and the entry
   * in the log come last, together; a file without them, as a crash leaves it, is of no use to anybody and ages out.
   */
  private async store(file: Uint8Array, upload: Upload, call: GrpcCall): Promise<void> {
    const { protocol, parser, log } = this.options;
    const outcome = await parser.parse(protocol.kind, file);
    if ('problem' in outcome) {
      await log.writeOrCount(upload.taskId, upload.instanceId, 'EXECUTION_TASK_ERROR');
      throw this.refused('malformed', 'INVALID_ARGUMENT', outcome.problem);
    }
    const { content, trees } = uploadRecords(protocol, upload, outcome.parsed);
    for (let at = 0; at < content.length; at += PARTS_AT_ONCE) await this.commit(content.slice(at, at + PARTS_AT_ONCE), call);
    await this.commit([...trees, log.entry(upload.taskId, upload.instanceId, 'EXECUTION_FINISHED')], call);
  }

  private async commit(records: readonly RecordRow[], call: GrpcCall): Promise<void> {
    const { publisher, clock } = this.options;
    const weight = records.reduce((sum, { row }) => sum + RECORD_BYTES + (row.data instanceof Uint8Array ? row.data.length : 0), 0);
    const observation: Observation = { sources: [], records, entities: [], weight };
    await deliver({ messages: [[observation]], read: (o: Observation) => [o], publisher, call, clock });
  }

  /** The task of an upload; one of another service is none. */
  private async taskOf({ taskId }: UploadMetadata, service: string): Promise<Task | undefined> {
    try {
      const task = await this.options.board.find(taskId);
      return task?.serviceId === service ? task : undefined;
    } catch (error) {
      this.options.publisher.skip(1, 'no-storage');
      throw new StatusError('UNAVAILABLE', 'the tasks cannot be read now', { cause: error });
    }
  }

  private async *messages(raw: RawMessages): AsyncGenerator<UploadMessage, void, undefined> {
    const { clock, idleMs, protocol } = this.options;
    for await (const bytes of incoming(raw, clock, idleMs)) {
      let message: UploadMessage;
      try {
        message = protocol.read(bytes);
      } catch (error) {
        throw this.refused('malformed', 'INVALID_ARGUMENT', `a message is malformed: ${error instanceof Error ? error.message : ''}`);
      }
      yield message;
    }
  }

  private refused(reason: string, status: 'INVALID_ARGUMENT' | 'NOT_FOUND', message: string): StatusError {
    this.options.publisher.skip(1, reason);
    return new StatusError(status, message);
  }
}
