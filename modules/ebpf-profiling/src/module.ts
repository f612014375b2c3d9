import { defineModule } from '@skein/core';

/** Profiling by eBPF: processes, schedules, continuous profiling. */
export default defineModule({ name: 'ebpf-profiling' });
