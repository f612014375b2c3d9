import { compileExpression, type Evaluate, MAX_DEPTH, type Scope, unknownName } from './compile-expression.js';
import { FILTER } from './filter-commands.js';
import { LalMistake } from './lal-error.js';
import type { RuleRun } from './rule-run.js';
import type { Command, Expression, Statement } from './syntax-tree.js';
import { isTrue } from './values.js';

/** One statement, ready to run; false: the rule is over. Throws a RuleError. */
export type Run = (run: RuleRun) => boolean;

/** What a command means in one kind of block. Throws {@link LalMistake}. */
export type CompileCommand = (command: Command, block: BlockCompiler) => Run;

/** The commands of one kind of block. */
export interface Commands {
  /** How errors call the block. */
  readonly name: string;
  readonly known: ReadonlyMap<string, CompileCommand>;
  /** Names that are fields of the output. */
  readonly output?: CompileCommand;
}

/** Most statements in one script. */
const MAX_STATEMENTS = 2000;

/** What one script has used up of what it may. */
interface Usage {
  statements: number;
  variables: number;
  readonly mistakes: LalMistake[];
  readonly outputFields: ReadonlySet<string>;
}

/** Compiles the statements of one block, and knows which variables can be seen there. */
export class BlockCompiler {
  private readonly scope: Map<string, number>;

  constructor(
    private readonly usage: Usage,
    outer: Scope,
    private readonly depth: number,
  ) {
    this.scope = new Map(outer);
  }

  /** Names that may be set as fields of the output. */
  get outputFields(): ReadonlySet<string> {
    return this.usage.outputFields;
  }

  expression(e: Expression): Evaluate {
    return compileExpression(e, this.scope, this.depth);
  }

  /** A block inside this one. Variables that it defines end with it. */
  block(statements: readonly Statement[], commands: Commands, at: number): Run {
    if (this.depth >= MAX_DEPTH) throw new LalMistake(at, `nested deeper than ${MAX_DEPTH}`);
    return new BlockCompiler(this.usage, this.scope, this.depth + 1).statements(statements, commands);
  }

  /** A statement that is wrong is told and left out, so that all mistakes of a script are found at once. */
  statements(statements: readonly Statement[], commands: Commands): Run {
    const steps: Run[] = [];
    for (const statement of statements) {
      try {
        steps.push(this.statement(statement, commands));
      } catch (error) {
        if (!(error instanceof LalMistake)) throw error;
        this.usage.mistakes.push(error);
      }
    }
    return (run) => {
      for (let i = 0; i < steps.length; i++) if (!steps[i]!(run)) return false;
      return true;
    };
  }

  private statement(statement: Statement, commands: Commands): Run {
    if (++this.usage.statements > MAX_STATEMENTS) throw new LalMistake(statement.at, `more than ${MAX_STATEMENTS} statements`);
    switch (statement.kind) {
      case 'def':
        return this.define(statement.name, statement.value);
      case 'if': {
        const branches = statement.branches.map(({ condition, body }) => ({
          condition: this.expression(condition),
          body: this.block(body, commands, statement.at),
        }));
        const otherwise = statement.otherwise === null ? undefined : this.block(statement.otherwise, commands, statement.at);
        return (run) => {
          for (const { condition, body } of branches) if (isTrue(condition(run))) return body(run);
          return otherwise === undefined || otherwise(run);
        };
      }
      case 'command': {
        const known = commands.known.get(statement.name);
        if (known !== undefined) return known(statement, this);
        if (commands.output !== undefined && this.outputFields.has(statement.name)) return commands.output(statement, this);
        const names = [...commands.known.keys(), ...(commands.output === undefined ? [] : this.outputFields)];
        throw unknownName(`statement in ${commands.name}`, statement.name, names, statement.at);
      }
    }
  }

  private define(name: string, value: Expression): Run {
    const evaluate = this.expression(value);
    if (this.scope.has(name)) throw new LalMistake(value.at, `"${name}" is defined already`);
    if (name === 'parsed' || name === 'log') throw new LalMistake(value.at, `"${name}" cannot be a variable`);
    const slot = this.usage.variables++;
    this.scope.set(name, slot);
    return (run) => {
      run.variables[slot] = evaluate(run);
      return true;
    };
  }
}

/** A script that can run, or what is wrong with it. */
export interface CompiledScript {
  /** False: the rule aborted. Throws a RuleError. */
  readonly run: Run;
  readonly mistakes: readonly LalMistake[];
}

/** Compiles a script, which is one `filter` block. `outputFields`: what the extractor may set besides what logs have. Never throws. */
export function compileScript(statements: readonly Statement[], outputFields: ReadonlySet<string>): CompiledScript {
  const usage: Usage = { statements: 0, variables: 0, mistakes: [], outputFields };
  const run = new BlockCompiler(usage, new Map(), 0).statements(statements, FILTER);
  if (statements.length !== 1 && usage.mistakes.length === 0) {
    usage.mistakes.push(new LalMistake(statements[1]?.at ?? 0, 'a rule is one filter { ... } block'));
  }
  return { run, mistakes: usage.mistakes };
}
