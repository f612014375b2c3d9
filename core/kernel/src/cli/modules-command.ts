import { tokenName } from '../api/tokens.js';
import { contributedPoints, streamsOf, tokensOf } from '../graph/edges.js';
import { formatProblem } from '../host/types.js';
import type { AssembledModule } from './assemble.js';
import type { CliIo } from './cli-io.js';
import { plan } from './plan.js';

/** What `skein modules --json` says of one module. */
export interface ModuleFacts {
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly file: string;
  /** Where it is switched on. */
  readonly at: string;
  readonly provides: readonly string[];
  readonly needs: readonly string[];
  readonly optional: readonly string[];
  readonly publishes: readonly string[];
  readonly handles: readonly string[];
  readonly owns: readonly string[];
  readonly contributes: readonly string[];
}

/** Lists the modules that are switched on, in the order in which they become ready, and those that are switched off. */
export async function modulesCommand(files: readonly string[], { json = false }: { readonly json?: boolean }, io: CliIo): Promise<number> {
  const { assembly, boot } = await plan(files, io);
  const order = new Map(boot.graph.order.map((definition, i) => [definition, i]));
  const modules = assembly.modules.toSorted((a, b) => (order.get(a.definition) ?? 0) - (order.get(b.definition) ?? 0)).map(factsOf);
  if (json) {
    const off = [...assembly.config.disabled].map(([name, at]) => ({ name, at }));
    io.stdout.write(`${JSON.stringify({ modules, off, problems: assembly.problems }, null, 2)}\n`);
  } else {
    const rows = modules.map((m) => [m.name, m.version ?? '', m.description ?? '']);
    const off = [...assembly.config.disabled].map(([name, at]) => [name, 'off', at]);
    io.stdout.write(table([...rows, ...off]));
    for (const problem of assembly.problems) io.stderr.write(`${formatProblem(problem)}\n`);
  }
  return assembly.problems.length === 0 ? 0 : 1;
}

function factsOf({ configured, definition, imported }: AssembledModule): ModuleFacts {
  return {
    name: configured.name,
    version: imported.version,
    description: imported.description,
    file: imported.file,
    at: configured.at,
    provides: (definition.provides ?? []).map(tokenName),
    needs: tokensOf(definition.needs).map(tokenName),
    optional: tokensOf(definition.optional).map(tokenName),
    publishes: streamsOf(definition.publishes).map((s) => s.id),
    handles: (definition.handles ?? []).map((s) => s.id),
    owns: (definition.owns ?? []).map((p) => p.id),
    contributes: [...new Set(contributedPoints(definition).map((p) => p.id))],
  };
}

/** Rows in columns, as wide as their widest cell. */
export function table(rows: ReadonlyArray<readonly string[]>): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
