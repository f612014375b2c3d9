import { HOST_SERVICES } from '../host/skein-host.js';
import type { Problem } from '../host/types.js';
import { type BootPlan, planBoot } from '../lifecycle/boot-plan.js';
import { type Assembly, assemble } from './assemble.js';
import type { CliIo } from './cli-io.js';

/** A configuration, checked as far as that goes without running any module. */
export interface Plan {
  readonly assembly: Assembly;
  readonly boot: BootPlan;
  /** Of the files, the modules, their configurations and the graph, each once. */
  readonly problems: readonly Problem[];
}

export async function plan(files: readonly string[], io: CliIo): Promise<Plan> {
  const assembly = await assemble(files, io);
  const boot = planBoot(assembly.modules, HOST_SERVICES);
  // A module that could not be found leaves gaps in the graph; what follows from them would bury the cause.
  const complete = assembly.modules.length === assembly.config.modules.length;
  const own = complete ? boot.problems : boot.problems.filter((p) => !followsFromGap(p));
  return { assembly, boot, problems: [...assembly.problems, ...own] };
}

const followsFromGap = ({ message }: Problem): boolean => /which no module (provides|handles|owns)$/.test(message);
