import { skywalking } from '@skein/proto/profiling';
import type { RecordModel } from '@skein/telemetry/storage';
import { JfrContentModel, JfrTreeModel, PprofContentModel, PprofTreeModel } from '../models.js';
import type { UploadKind } from '../parsing/parse-upload.js';
import type { Operation } from '../tasks/task-log.js';

const { AsyncProfilerCollectionResponse, AsyncProfilerData, PprofCollectionResponse, PprofData } = skywalking.v10;

/** Status numbers, which both protocols share. */
export const UploadStatus = { Success: 0, Error: 1, TooLarge: 2 } as const;

/** What comes first in an upload. */
export interface UploadMetadata {
  readonly service: string;
  readonly serviceInstance: string;
  readonly taskId: string;
  /** One of {@link UploadStatus}; others mean an error as well. */
  readonly status: number;
  readonly contentSize: number;
}
/** One message of an upload. */
export interface UploadMessage {
  readonly metadata?: UploadMetadata | undefined;
  readonly errorMessage?: string | null | undefined;
  readonly content?: Uint8Array | null | undefined;
}
/** What sets the uploads of async-profiler and of pprof apart; receivers.md 6.12 and 6.13. */
export interface UploadProtocol {
  readonly kind: UploadKind;
  /** Throws for bytes that are no message. */
  readonly read: (bytes: Uint8Array) => UploadMessage;
  readonly reply: (status: number) => Uint8Array;
  /** Whether agents that tell of an error wait for an answer; Java agents take one for leave to send content. */
  readonly answersErrors: boolean;
  readonly tooLarge: Operation;
  readonly contentModel: RecordModel;
  readonly treeModel: RecordModel;
}

interface Fields {
  readonly service?: string | null;
  readonly serviceInstance?: string | null;
  readonly taskId?: string | null;
  readonly type?: number | null;
  readonly contentSize?: number | null;
}
const metadataOf = (fields: Fields | null | undefined): UploadMetadata | undefined =>
  fields
    ? {
        service: fields.service ?? '',
        serviceInstance: fields.serviceInstance ?? '',
        taskId: fields.taskId ?? '',
        status: fields.type ?? 0,
        contentSize: fields.contentSize ?? 0,
      }
    : undefined;

export const ASYNC_PROFILER_UPLOAD: UploadProtocol = {
  kind: 'jfr',
  read: (bytes) => {
    const { metaData, errorMessage, content } = AsyncProfilerData.decode(bytes);
    return { metadata: metadataOf(metaData), errorMessage, content };
  },
  // A default value is not written.
  reply: (type) => AsyncProfilerCollectionResponse.encode(type === 0 ? {} : { type }).finish(),
  answersErrors: false,
  tooLarge: 'JFR_UPLOAD_FILE_TOO_LARGE_ERROR',
  contentModel: JfrContentModel,
  treeModel: JfrTreeModel,
};

export const PPROF_UPLOAD: UploadProtocol = {
  kind: 'pprof',
  read: (bytes) => {
    const { metadata, errorMessage, content } = PprofData.decode(bytes);
    return { metadata: metadataOf(metadata), errorMessage, content };
  },
  reply: (status) => PprofCollectionResponse.encode(status === 0 ? {} : { status }).finish(),
  answersErrors: true,
  tooLarge: 'PPROF_UPLOAD_FILE_TOO_LARGE_ERROR',
  contentModel: PprofContentModel,
  treeModel: PprofTreeModel,
};
