// Rules of agents whose meters are gauges and counters of one instance. Names as agents send them, and as dashboards ask for them: analysis.md 10.5.

/** Connection pools: active, idle and the like by pool. */
export const DATASOURCE = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  - name: datasource
    exp: datasource.sum(['name', 'status', 'service', 'instance'])
`;

/** Thread pools: sizes, queues and the like by pool. */
export const THREADPOOL = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  - name: thread_pool
    exp: thread_pool.avg(['pool_name', 'metric_type', 'service', 'instance'])
`;

/** The Go runtime and its machine. */
export const GO_RUNTIME = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  # The machine
  - name: instance_host_cpu_used_rate
    exp: instance_host_cpu_used_rate
  - name: instance_host_mem_used_rate
    exp: instance_host_mem_used_rate
  # Threads
  - name: instance_golang_os_threads_num
    exp: instance_golang_os_threads_num
  - name: instance_golang_live_goroutines_num
    exp: instance_golang_live_goroutines_num
  # Memory
  - name: instance_golang_heap_alloc
    exp: instance_golang_heap_alloc
  - name: instance_golang_stack_used
    exp: instance_golang_stack_used
  - name: instance_golang_gc_count
    exp: instance_golang_gc_count.increase('PT1M')
  - name: instance_golang_gc_pause_time
    exp: instance_golang_gc_pause_time.increase('PT1M')
`;

/** The Python runtime. */
export const PYTHON_RUNTIME = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  - name: instance_pvm_total_cpu_utilization
    exp: instance_pvm_total_cpu_utilization
  - name: instance_pvm_process_cpu_utilization
    exp: instance_pvm_process_cpu_utilization
  - name: instance_pvm_total_mem_utilization
    exp: instance_pvm_total_mem_utilization
  - name: instance_pvm_process_mem_utilization
    exp: instance_pvm_process_mem_utilization
  - name: instance_pvm_thread_active_count
    exp: instance_pvm_thread_active_count
  # Collections by generation since the process began, and the time of all of them
  - name: instance_pvm_gc_g0
    exp: instance_pvm_gc_g0
  - name: instance_pvm_gc_g1
    exp: instance_pvm_gc_g1
  - name: instance_pvm_gc_g2
    exp: instance_pvm_gc_g2
  - name: instance_pvm_gc_time
    exp: instance_pvm_gc_time.increase('PT1M')
`;

/** The Node.js runtime. */
export const NODEJS_RUNTIME = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  - name: instance_nodejs_process_cpu
    exp: instance_nodejs_process_cpu
  - name: instance_nodejs_rss
    exp: instance_nodejs_rss
  - name: instance_nodejs_heap_limit
    exp: instance_nodejs_heap_limit
  - name: instance_nodejs_heap_total
    exp: instance_nodejs_heap_total
  - name: instance_nodejs_heap_used
    exp: instance_nodejs_heap_used
  - name: instance_nodejs_external_memory
    exp: instance_nodejs_external_memory
`;

/** The Ruby runtime. */
export const RUBY_RUNTIME = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  - name: instance_ruby_cpu_usage_percent
    exp: instance_ruby_cpu_usage_percent
  - name: instance_ruby_memory_usage_percent
    exp: instance_ruby_memory_usage_percent
  - name: instance_ruby_memory_rss_mb
    exp: instance_ruby_memory_rss_mb
  - name: instance_ruby_thread_count_active
    exp: instance_ruby_thread_count_active
  - name: instance_ruby_thread_count_running
    exp: instance_ruby_thread_count_running
  # The heap of objects
  - name: instance_ruby_heap_usage_percent
    exp: instance_ruby_heap_usage_percent
  - name: instance_ruby_heap_live_slots_count
    exp: instance_ruby_heap_live_slots_count
  - name: instance_ruby_total_allocated_objects
    exp: instance_ruby_total_allocated_objects
  # Collections of the last minute
  - name: instance_ruby_gc_count_total
    exp: instance_ruby_gc_count_total.increase('PT1M')
  - name: instance_ruby_gc_minor_count_total
    exp: instance_ruby_gc_minor_count_total.increase('PT1M')
  - name: instance_ruby_gc_major_count_total
    exp: instance_ruby_gc_major_count_total.increase('PT1M')
  - name: instance_ruby_gc_time_total
    exp: instance_ruby_gc_time_total.increase('PT1M')
`;

/** The PHP runtime. */
export const PHP_RUNTIME = `
metricPrefix: meter
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
  - name: instance_php_process_cpu_utilization
    exp: instance_php_process_cpu_utilization
  - name: instance_php_memory_used_mb
    exp: instance_php_memory_used_mb
  - name: instance_php_memory_peak_mb
    exp: instance_php_memory_peak_mb
  - name: instance_php_virtual_memory_mb
    exp: instance_php_virtual_memory_mb
  - name: instance_php_open_fd_count
    exp: instance_php_open_fd_count
  - name: instance_php_thread_count
    exp: instance_php_thread_count
`;
