import type { SourceDefinition } from './source.js';

/**
 * Stands for one entity as the sources of one definition see it. An analyzer that meets the same entities again and again makes one handle
 * for each definition and entity, keeps it as long as it keeps the entity's id, and gives it to every source of the two: whoever takes the
 * sources then finds what it keeps of the entity by a pointer instead of hashing its id.
 *
 * A shortcut only. Sources may come without one, several handles may stand for the same entity (of several analyzers, or after a cache
 * started anew), and what counts is always the source's own definition and entity id, which are those of its handle.
 */
export class EntityHandle {
  /**
   * Reserved for aggregation: what it last kept of the entity. Analyzers leave it alone. Aggregation empties it when it lets go of what it
   * holds, so that a handle never keeps memory that aggregation counts as free; and since a handle may meet more than one aggregation (in
   * tests), whoever reads it checks that what it finds is its own and still current.
   */
  slot: object | undefined = undefined;

  constructor(
    readonly definition: SourceDefinition,
    /** Entity id, as in the source. */
    readonly entity: string,
  ) {}
}
