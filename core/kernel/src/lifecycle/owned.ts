/** What `context.own` takes. */
export type Owned = Disposable | AsyncDisposable | (() => void | Promise<void>);

/** Releases one owned thing: its own asynchronous way first, then the synchronous one, then by calling it. */
export async function release(resource: Owned): Promise<void> {
  if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
  else if (Symbol.dispose in resource) resource[Symbol.dispose]();
  else await resource();
}
