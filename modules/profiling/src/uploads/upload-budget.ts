import { StatusError } from '@skein/core';

/** The memory that all uploads under way may take. */
export class UploadBudget {
  private taken = 0;

  constructor(private readonly limit: number) {}

  /** Bytes that are taken. */
  get used(): number {
    return this.taken;
  }

  /** An account to take from; what it took is given back when it is disposed. */
  account(): BudgetAccount {
    let own = 0;
    return {
      take: (bytes) => {
        if (this.taken + bytes > this.limit) throw new StatusError('RESOURCE_EXHAUSTED', 'too many profiles are being uploaded; try again');
        this.taken += bytes;
        own += bytes;
      },
      [Symbol.dispose]: () => {
        this.taken -= own;
        own = 0;
      },
    };
  }
}

/** What one upload took of the memory. */
export interface BudgetAccount extends Disposable {
  /** Throws RESOURCE_EXHAUSTED when there is no room. */
  take(bytes: number): void;
}
