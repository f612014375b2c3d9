import { createPoint } from '@skein/core';

/** Something that can be made only when all modules are activated. */
export interface Compilation {
  /** Makes it. Whatever is wrong is an error that keeps the host from starting. */
  compile(): void;
}

/**
 * Where aggregation hangs its own compilation. The host checks points between activating the modules and anything that needs a disk or a port:
 * only then are all metrics registered, and `validate` still finds their mistakes.
 */
export const Compilations = createPoint<Compilation, 'calls'>({
  id: 'aggregation-compilations',
  kind: 'calls',
  check: (values) => values.flatMap(({ value }) => mistakesOf(value)),
});

function mistakesOf(compilation: Compilation): string[] {
  try {
    compilation.compile();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
