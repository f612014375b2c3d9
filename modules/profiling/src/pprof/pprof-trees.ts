import { ProfileError } from '../stacks/profile-error.js';
import { StackTree } from '../stacks/stack-tree.js';
import { PprofProfile } from './pprof-profile.js';

/** Name of the node above all stacks. */
const ROOT = 'root';
/** Segments of one Go profile that are kept; agents profile less than ten at a time. */
const MAX_SEGMENTS = 1000;

/** All stacks of a pprof file, by its main value. Throws ProfileError, also when there is none. */
export function pprofTree(file: Uint8Array): StackTree {
  const profile = new PprofProfile(file);
  const tree = new StackTree(ROOT);
  for (const sample of profile.samples) profile.addTo(tree, sample, profile.mainValue);
  return tree;
}

/** What a Go profile says of one trace segment: stacks, by how often they were seen. */
export interface SegmentStacks {
  readonly segmentId: string;
  readonly tree: StackTree;
}
/** A Go profile, split. */
export interface GoProfile {
  /** ms since the epoch; 0 if the profile does not say. */
  readonly time: number;
  /** Time between two samples, ms. */
  readonly periodMs: number;
  readonly segments: readonly SegmentStacks[];
}

/** Splits a pprof file of a Go agent by the segments that its samples name; samples without one are left out. Throws ProfileError. */
export function goProfile(file: Uint8Array): GoProfile {
  const profile = new PprofProfile(file);
  const trees = new Map<string, StackTree>();
  for (const sample of profile.samples) {
    const segmentId = profile.segmentOf(sample);
    if (segmentId === undefined) continue;
    let tree = trees.get(segmentId);
    if (tree === undefined) {
      if (trees.size >= MAX_SEGMENTS) throw new ProfileError('pprof', `more than ${MAX_SEGMENTS} segments`);
      tree = new StackTree(ROOT);
      trees.set(segmentId, tree);
    }
    profile.addTo(tree, sample, 0);
  }
  const segments = [...trees].map(([segmentId, tree]) => ({ segmentId, tree }));
  return { time: profile.time, periodMs: profile.periodMs, segments };
}
