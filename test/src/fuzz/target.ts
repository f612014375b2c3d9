/** A decoder or parser that takes bytes from the network or texts from an operator, to be tried with input that nobody meant. */
export interface FuzzTarget {
  /** As `npm run fuzz -- <name>` calls it. */
  readonly name: string;
  /** Good inputs, which are mutated. At least one. */
  seeds(): readonly Uint8Array[];
  /** Takes any input. It keeps the decoder's own errors to itself; whatever it throws is a finding. */
  run(input: Uint8Array): void | Promise<void>;
}
