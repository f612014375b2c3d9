import { MalRuntimeError } from '../errors.js';
import type { MalExtension } from '../extension.js';
import { type Family, LabelSet, Point } from '../family.js';
import type { ArgumentKind, Arguments } from './arguments.js';
import type { FamilyFunction } from './family-function.js';

/** A plugin's function as one of the language. */
export const extended = (name: string, { parameters, apply }: MalExtension): FamilyFunction => ({
  signatures: [parameters satisfies readonly ArgumentKind[]],
  compile(args) {
    const read = parameters.map((kind, i) => argument(args, kind, i));
    return {
      apply(family, run) {
        const samples = family.map(({ name, labels, value, timestamp }) => ({ name, labels: labels.map, value, timestamp }));
        try {
          return toFamily(
            apply(
              samples,
              read.map((value) => (typeof value === 'function' ? value(run) : value)),
            ),
          );
        } catch (error) {
          throw new MalRuntimeError(`${name}() failed: ${(error as Error).message}`);
        }
      },
    };
  },
});

const argument = (args: Arguments, kind: MalExtension['parameters'][number], i: number) =>
  kind === 'text' ? args.text(i) : kind === 'texts' ? args.texts(i) : args.number(i);

const toFamily = (samples: ReturnType<MalExtension['apply']>): Family =>
  samples.filter((s) => !Number.isNaN(s.value)).map((s) => new Point(s.name, new LabelSet(s.labels), s.value, s.timestamp));
