export { Accumulator, type AccumulatorSlab, type Subject } from './accumulator.js';
export { type CompiledMetric, type CompiledOal, type CompileOptions, compileOal, DEFAULT_APDEX_THRESHOLD } from './compile.js';
export { DeltaWriter } from './delta-writer.js';
export { LabelLimits } from './label-limits.js';
export { Plan, type SkipListener, type SkipReason } from './plan.js';
export { formatOalProblem, type OalProblem } from './problem.js';
