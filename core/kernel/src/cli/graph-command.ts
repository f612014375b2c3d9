import type { ModuleGraph } from '../graph/module-graph.js';
import type { CliIo } from './cli-io.js';
import { plan } from './plan.js';
import { reportProblems } from './report.js';

/** Shows what waits for what: in words, or as a Mermaid flow chart. */
export async function graphCommand(
  files: readonly string[],
  { mermaid = false }: { readonly mermaid?: boolean },
  io: CliIo,
): Promise<number> {
  const { boot, problems } = await plan(files, io);
  if (boot.graph.problems.length === 0) io.stdout.write(mermaid ? mermaidOf(boot.graph) : treeOf(boot.graph));
  if (problems.length === 0) return 0;
  io.stderr.write(reportProblems(problems));
  return 1;
}

/** One module a paragraph, in the order in which they become ready, with the reasons why it waits. */
function treeOf({ order, edges }: ModuleGraph): string {
  return order
    .map(({ name }) => {
      const reasons = edges.filter((edge) => edge.module === name).map((edge) => edge.because);
      return `${name}\n${reasons.map((reason, i) => `${i === reasons.length - 1 ? '└─' : '├─'} ${reason}\n`).join('')}`;
    })
    .join('');
}

function mermaidOf({ order, edges }: ModuleGraph): string {
  const id = new Map(order.map(({ name }, i) => [name, `m${i}`]));
  const nodes = order.map(({ name }) => `  ${id.get(name)}[${JSON.stringify(name.replaceAll('"', "'"))}]\n`);
  const arrows = new Set(edges.map((edge) => `  ${id.get(edge.module)} --> ${id.get(edge.after)}\n`));
  return `flowchart LR\n${nodes.join('')}${[...arrows].join('')}`;
}
