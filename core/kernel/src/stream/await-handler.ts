import type { ObservableInput } from 'rxjs';
// The same function as that of 'rxjs', which would read all its 220 files at every start.
import { from } from 'rxjs/internal/observable/from';

/** Told once how a handler ended. */
export interface Outcome {
  done(): void;
  failed(error: unknown): void;
}

const isPromiseLike = (value: object): value is PromiseLike<unknown> => 'then' in value && typeof value.then === 'function';

/**
 * Runs a handler and tells how it ended: at once when it returns nothing, else when its promise settles or its observable ends.
 * Exactly one of the two is called, at most once. Returns a function that lets go of an observable, undefined
 * when there is nothing to let go of.
 */
export function awaitHandler(run: () => void | PromiseLike<void> | ObservableInput<unknown>, outcome: Outcome): (() => void) | undefined {
  try {
    const result = run();
    if (result === undefined || result === null) {
      outcome.done();
      return undefined;
    }
    if (isPromiseLike(result)) {
      result.then(
        () => outcome.done(),
        (error: unknown) => outcome.failed(error),
      );
      return undefined;
    }
    const subscription = from(result).subscribe({ error: (error: unknown) => outcome.failed(error), complete: () => outcome.done() });
    return () => subscription.unsubscribe();
  } catch (error) {
    outcome.failed(error);
    return undefined;
  }
}
