import { BootError, formatProblem, type Problem } from '../host/types.js';
import { messageOf } from './assemble.js';

/** All problems, a paragraph each, and how many there are. */
export function reportProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `Skein cannot start: ${count}\n\n${problems.map((p) => `  ${formatProblem(p).replaceAll('\n', '\n  ')}\n`).join('')}`;
}

/** What a failed start says: its problems, or the message of an error that nobody expected. */
export function reportFailure(error: unknown): string {
  if (error instanceof BootError && error.problems.length > 0) return reportProblems(error.problems);
  return `Skein cannot start: ${messageOf(error)}\n${error instanceof Error && error.stack !== undefined ? `${error.stack}\n` : ''}`;
}
