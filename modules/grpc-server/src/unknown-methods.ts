import type { Server } from '@grpc/grpc-js';

/**
 * Calls `count` for every call of a method that is not registered. grpc-js answers these with UNIMPLEMENTED before any interceptor, and has
 * no door for them; what it looks methods up in is private, so where that is something else nothing is counted, and calls go on.
 */
export function countUnknownMethods(server: Server, count: () => void): void {
  const { handlers } = server as unknown as { readonly handlers?: unknown };
  if (!(handlers instanceof Map)) return;
  const find = handlers.get.bind(handlers);
  handlers.get = (path: unknown) => {
    const handler: unknown = find(path);
    if (handler === undefined) count();
    return handler;
  };
}
