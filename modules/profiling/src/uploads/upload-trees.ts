import { type LimitedReads, nextTurn, type ReadOptions } from '@skein/query/contract';
import type { RecordModel, Row } from '@skein/telemetry/storage';
import { grouped } from '../grouped.js';
import type { StackTree } from '../stacks/stack-tree.js';
import { decodeStackTree } from '../stacks/stack-tree-bytes.js';
import type { Task } from '../tasks/task.js';

/** Records of trees that one analysis reads; a tree rarely fills one. */
const MAX_PARTS = 64;
/** Agents upload a while after a task's end. */
const LATE_MS = 86_400_000;

/** Reads the trees of a task's uploads and merges those of the instances. */
export class UploadTrees {
  constructor(
    private readonly reads: LimitedReads,
    private readonly model: RecordModel,
  ) {}

  /** undefined where nothing was uploaded. `key`: the type of event. */
  async merged(task: Task, instanceIds: readonly string[], key: string, options: ReadOptions): Promise<StackTree | undefined> {
    if (instanceIds.length === 0) return undefined;
    const rows = await this.reads.records(
      {
        model: this.model,
        range: { from: task.createTime, to: task.endTime + LATE_MS },
        where: [
          ['taskId', '=', task.id],
          ['key', '=', key],
          ['instanceId', 'in', instanceIds],
        ],
        offset: 0,
        limit: MAX_PARTS + 1,
        body: true,
      },
      options,
    );
    if (rows.length > MAX_PARTS)
      options.onCut?.({ what: this.model.name, limit: `there are more than ${MAX_PARTS} MB of trees; choose fewer instances` });
    let merged: StackTree | undefined;
    for (const bytes of whole(rows.slice(0, MAX_PARTS))) {
      const tree = decodeStackTree(bytes);
      if (merged === undefined) merged = tree;
      else merged.merge(tree);
      await nextTurn(options.signal);
    }
    return merged;
  }
}

/** Parts put together, in the order of the uploads; what is not all there is left out. */
function* whole(rows: readonly Row[]): Generator<Uint8Array> {
  for (const parts of grouped(rows, ({ uploadId }) => uploadId).values()) {
    if (parts.length !== parts[0]!.parts) continue;
    const sorted = [...parts].sort((a, b) => Number(a.part) - Number(b.part));
    yield Buffer.concat(sorted.map(({ data }) => (data instanceof Uint8Array ? data : new Uint8Array(0))));
  }
}
