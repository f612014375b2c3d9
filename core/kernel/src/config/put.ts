/** Sets an own property whatever its name is: a plain assignment to `__proto__` would change the prototype instead. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
