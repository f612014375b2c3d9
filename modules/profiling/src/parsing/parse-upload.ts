import { gzipSync } from 'node:zlib';
import { jfrTrees } from '../jfr/jfr-trees.js';
import { goProfile, pprofTree } from '../pprof/pprof-trees.js';
import { ProfileError } from '../stacks/profile-error.js';
import { encodeStackTree } from '../stacks/stack-tree-bytes.js';

/** What was uploaded: a recording of async-profiler, a pprof file, or a pprof file of Go's trace profiling. */
export type UploadKind = 'jfr' | 'pprof' | 'go';

/** A tree as it is stored. */
export interface ParsedTree {
  /** `jfr`: the type of event; `pprof`: empty; `go`: the id of the segment. */
  readonly key: string;
  readonly bytes: Uint8Array;
}
/** What a file holds. */
export interface ParsedUpload {
  /** The file, compressed by gzip unless it was already; empty for `go`, which is not kept. */
  readonly content: Uint8Array;
  readonly trees: readonly ParsedTree[];
  /** When it was taken, ms since the epoch; 0 where it is not said. */
  readonly time: number;
  /** `go`: time between two samples, ms. */
  readonly periodMs: number;
}
/** The file, or what is wrong with it, in words for whoever sent it. */
export type ParseOutcome = { readonly parsed: ParsedUpload } | { readonly problem: string };

/** Reads an upload; takes seconds for large ones. Whatever is wrong with the file is in the outcome. */
export function parseUpload(kind: UploadKind, file: Uint8Array): ParseOutcome {
  try {
    return { parsed: parsers[kind](file) };
  } catch (error) {
    if (error instanceof ProfileError) return { problem: error.message };
    throw error;
  }
}

const parsers: Readonly<Record<UploadKind, (file: Uint8Array) => ParsedUpload>> = {
  jfr: (file) => {
    const trees = [...jfrTrees(file)].map(([key, tree]) => ({ key, bytes: encodeStackTree(tree) }));
    return { content: packed(file), trees, time: 0, periodMs: 0 };
  },
  pprof: (file) => ({ trees: [{ key: '', bytes: encodeStackTree(pprofTree(file)) }], content: packed(file), time: 0, periodMs: 0 }),
  go: (file) => {
    const { segments, time, periodMs } = goProfile(file);
    const trees = segments.map(({ segmentId, tree }) => ({ key: segmentId, bytes: encodeStackTree(tree) }));
    return { content: new Uint8Array(0), trees, time, periodMs };
  },
};

/** Recordings shrink to a third, and the storage, which compresses for everybody, has less to do. */
const packed = (file: Uint8Array): Uint8Array => (file[0] === 0x1f && file[1] === 0x8b ? file : gzipSync(file, { level: 3 }));
