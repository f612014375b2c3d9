import { randomUUID } from 'node:crypto';
import type { RecordModel, RecordRow } from '@skein/telemetry/storage';
import { PART_BYTES } from '../models.js';
import type { ParsedUpload } from '../parsing/parse-upload.js';
import type { UploadProtocol } from './upload-protocol.js';

/** Whose upload it is. */
export interface Upload {
  readonly taskId: string;
  readonly instanceId: string;
  /** ms since the epoch. */
  readonly time: number;
}
/** The records of an upload: the file and its trees, all in parts. */
export interface UploadRecords {
  readonly content: readonly RecordRow[];
  readonly trees: readonly RecordRow[];
}

/** Makes the records of an upload. */
export function uploadRecords(protocol: UploadProtocol, upload: Upload, parsed: ParsedUpload): UploadRecords {
  const uploadId = randomUUID();
  return {
    content: [...parts(protocol.contentModel, upload, uploadId, '', parsed.content)],
    trees: parsed.trees.flatMap(({ key, bytes }) => [...parts(protocol.treeModel, upload, uploadId, key, bytes)]),
  };
}

function* parts(
  model: RecordModel,
  { taskId, instanceId, time }: Upload,
  uploadId: string,
  key: string,
  bytes: Uint8Array,
): Generator<RecordRow> {
  const count = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  for (let part = 0; part < count; part++) {
    const data = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    const id = `${uploadId}_${key}_${part}`;
    yield { model, row: { id, uploadId, taskId, instanceId, key, part, parts: count, uploadTime: time, data } };
  }
}
