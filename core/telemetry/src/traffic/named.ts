/** A name as it is stored, cut to its limit, and the entity id built from it. */
export interface Named {
  readonly name: string;
  readonly id: string;
}
