import type { EnvText } from './env-text.js';
import { put } from './put.js';
import type { SettingPath } from './setting-text.js';

/** A parsed configuration that still knows where every part was written. */
export type ConfigNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly at: string;
  readonly entries: ReadonlyMap<string, ConfigEntry>;
}

export interface ConfigEntry {
  /** Place of the key, such as `skein.yml:12:5`; empty in a text that no operator can look at. */
  readonly at: string;
  readonly node: ConfigNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: string;
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: string;
  readonly value: string | number | boolean | null | EnvText;
}

/**
 * Lays one configuration over another. Maps are merged key by key, anything else of the upper one replaces; every value keeps its place.
 * An empty value over a map says nothing and leaves the map.
 */
export function mergeNodes(lower: ConfigNode, upper: ConfigNode): ConfigNode {
  if (lower.kind !== 'map') return upper;
  if (upper.kind !== 'map') return upper.kind === 'scalar' && upper.value === null ? lower : upper;
  const entries = new Map(lower.entries);
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key);
    entries.set(key, below === undefined ? entry : { at: entry.at, node: mergeNodes(below.node, entry.node) });
  }
  return { kind: 'map', at: upper.at, entries };
}

/** The part of a problem that says where it was written; nothing for an empty place. */
export const where = (at: string | undefined): { readonly at?: string } => (at === undefined || at === '' ? {} : { at });

/** Plain data; substitutions stay as they are for the schema to convert. */
export function dataOf(node: ConfigNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(dataOf);
  const result: Record<string, unknown> = {};
  for (const [key, { node: inner }] of node.entries) put(result, key, dataOf(inner));
  return result;
}

/** Place of the part at `path`: of its key in a map, of the item in a list. Undefined when nothing is written there. */
export function placeOf(root: ConfigEntry, path: SettingPath): string | undefined {
  return entryAt(root, path)?.at || undefined;
}

export function entryAt(root: ConfigEntry, path: SettingPath): ConfigEntry | undefined {
  let entry: ConfigEntry | undefined = root;
  for (const key of path) {
    const node: ConfigNode = entry.node;
    if (node.kind === 'map') entry = node.entries.get(String(key));
    else if (node.kind === 'list') {
      const item: ConfigNode | undefined = node.items[Number(key)];
      entry = item && { at: item.at, node: item };
    } else entry = undefined;
    if (entry === undefined) return undefined;
  }
  return entry;
}
