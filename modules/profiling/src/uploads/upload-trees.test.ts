import { expect, it } from '@jest/globals';
import { seededRandom } from '@skein/core/testing';
import type { LimitedReads } from '@skein/query/contract';
import type { Row } from '@skein/telemetry/storage';
import { JfrTreeModel, PART_BYTES } from '../models.js';
import { StackTree } from '../stacks/stack-tree.js';
import { encodeStackTree } from '../stacks/stack-tree-bytes.js';
import { ASYNC_PROFILER_UPLOAD } from './upload-protocol.js';
import { uploadRecords } from './upload-records.js';
import { UploadTrees } from './upload-trees.js';

const task = { id: '1_s.1', serviceId: 's.1', createTime: 1, startTime: 1, endTime: 2 };

/** Random names, which do not shrink. */
function largeTree(seed: number): StackTree {
  const random = seededRandom(seed);
  const tree = new StackTree('all');
  for (let i = 0; i < 25_000; i++) tree.add([tree.name(`${random()}${random()}${random()}${random()}${random()}${random()}`)], i + 1);
  return tree;
}
/** Compared as one text: there are too many nodes to compare one by one. */
const textOf = (tree: StackTree | undefined, factor = 1) =>
  tree && JSON.stringify([...tree.nodes()].map(({ total, self, ...node }) => ({ ...node, total: factor * total, self: factor * self })));

it('puts trees of more than a part together, however they come, and leaves out what is not all there', async () => {
  const tree = largeTree(1);
  const bytes = encodeStackTree(tree);
  expect(bytes.length).toBeGreaterThan(PART_BYTES);
  const upload = { taskId: task.id, instanceId: 'i', time: 5 };
  const parsed = { trees: [{ key: 'LOCK', bytes }], content: Buffer.alloc(2 * PART_BYTES + 1), time: 0, periodMs: 0 };
  const { content, trees } = uploadRecords(ASYNC_PROFILER_UPLOAD, upload, parsed);
  expect(content.map(({ row }) => (row.data as Uint8Array).length)).toEqual([PART_BYTES, PART_BYTES, 1]);
  const merged = async (rows: readonly Row[]) => {
    const reads = { records: async () => rows } as unknown as LimitedReads;
    return textOf(await new UploadTrees(reads, JfrTreeModel).merged(task, ['i'], 'LOCK', {}));
  };
  const rows = trees.map(({ row }) => row);
  expect(rows.length).toBeGreaterThan(1);
  expect((await merged([...rows].reverse())) === textOf(tree)).toBe(true);
  expect(await merged(rows.slice(1))).toBeUndefined();
  const again = uploadRecords(ASYNC_PROFILER_UPLOAD, upload, parsed).trees.map(({ row }) => row);
  expect((await merged([...rows, ...again])) === textOf(tree, 2)).toBe(true);
}, 30_000);
