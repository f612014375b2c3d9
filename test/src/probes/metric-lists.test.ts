import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import browser from '@skein/browser';
import clrReceiver from '@skein/clr-receiver';
import jvmReceiver from '@skein/jvm-receiver';
import meshReceiver from '@skein/mesh-receiver';
import { MetricCatalogToken, type MetricDefinition } from '@skein/telemetry';
import { type OfficialHost, officialHost } from './official-host.js';

/** `name function catalog` of each metric, as analysis.md 2.1 to 2.5 lists them: written out, so that a slip in a generator hides nothing. */
const CORE = `
service_resp_time longAvg() SERVICE
service_sla percent() SERVICE
service_cpm cpm() SERVICE
service_percentile percentile2(10) SERVICE
service_apdex apdex() SERVICE
service_mq_consume_count count() SERVICE
service_mq_consume_latency longAvg() SERVICE
service_relation_client_cpm cpm() SERVICE_RELATION
service_relation_server_cpm cpm() SERVICE_RELATION
service_relation_client_call_sla percent() SERVICE_RELATION
service_relation_server_call_sla percent() SERVICE_RELATION
service_relation_client_resp_time longAvg() SERVICE_RELATION
service_relation_server_resp_time longAvg() SERVICE_RELATION
service_relation_client_percentile percentile2(10) SERVICE_RELATION
service_relation_server_percentile percentile2(10) SERVICE_RELATION
service_instance_relation_client_cpm cpm() SERVICE_INSTANCE_RELATION
service_instance_relation_server_cpm cpm() SERVICE_INSTANCE_RELATION
service_instance_relation_client_call_sla percent() SERVICE_INSTANCE_RELATION
service_instance_relation_server_call_sla percent() SERVICE_INSTANCE_RELATION
service_instance_relation_client_resp_time longAvg() SERVICE_INSTANCE_RELATION
service_instance_relation_server_resp_time longAvg() SERVICE_INSTANCE_RELATION
service_instance_relation_client_percentile percentile2(10) SERVICE_INSTANCE_RELATION
service_instance_relation_server_percentile percentile2(10) SERVICE_INSTANCE_RELATION
service_instance_sla percent() SERVICE_INSTANCE
service_instance_resp_time longAvg() SERVICE_INSTANCE
service_instance_cpm cpm() SERVICE_INSTANCE
endpoint_cpm cpm() ENDPOINT
endpoint_resp_time longAvg() ENDPOINT
endpoint_sla percent() ENDPOINT
endpoint_percentile percentile2(10) ENDPOINT
endpoint_mq_consume_latency longAvg() ENDPOINT
endpoint_relation_cpm cpm() ENDPOINT_RELATION
endpoint_relation_resp_time longAvg() ENDPOINT_RELATION
endpoint_relation_sla percent() ENDPOINT_RELATION
endpoint_relation_percentile percentile2(10) ENDPOINT_RELATION
database_access_resp_time longAvg() SERVICE
database_access_sla percent() SERVICE
database_access_cpm cpm() SERVICE
database_access_percentile percentile2(10) SERVICE
cache_read_resp_time longAvg() SERVICE
cache_read_sla percent() SERVICE
cache_read_cpm cpm() SERVICE
cache_read_percentile percentile2(10) SERVICE
cache_write_resp_time longAvg() SERVICE
cache_write_sla percent() SERVICE
cache_write_cpm cpm() SERVICE
cache_write_percentile percentile2(10) SERVICE
cache_access_resp_time longAvg() SERVICE
cache_access_sla percent() SERVICE
cache_access_cpm cpm() SERVICE
cache_access_percentile percentile2(10) SERVICE
mq_service_consume_cpm cpm() SERVICE
mq_service_consume_sla percent() SERVICE
mq_service_consume_latency longAvg() SERVICE
mq_service_consume_percentile percentile2(10) SERVICE
mq_service_produce_cpm cpm() SERVICE
mq_service_produce_sla percent() SERVICE
mq_endpoint_consume_cpm cpm() ENDPOINT
mq_endpoint_consume_sla percent() ENDPOINT
mq_endpoint_consume_latency longAvg() ENDPOINT
mq_endpoint_consume_percentile percentile2(10) ENDPOINT
mq_endpoint_produce_cpm cpm() ENDPOINT
mq_endpoint_produce_sla percent() ENDPOINT
`;
const JAVA_AGENT = `
instance_jvm_cpu doubleAvg() SERVICE_INSTANCE
instance_jvm_memory_heap longAvg() SERVICE_INSTANCE
instance_jvm_memory_noheap longAvg() SERVICE_INSTANCE
instance_jvm_memory_heap_max longAvg() SERVICE_INSTANCE
instance_jvm_memory_noheap_max longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_code_cache longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_newgen longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_oldgen longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_survivor longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_permgen longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_metaspace longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_zheap longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_compressed_class_space longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_codeheap_non_nmethods longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_codeheap_profiled_nmethods longAvg() SERVICE_INSTANCE
instance_jvm_memory_pool_codeheap_non_profiled_nmethods longAvg() SERVICE_INSTANCE
instance_jvm_young_gc_time sum() SERVICE_INSTANCE
instance_jvm_old_gc_time sum() SERVICE_INSTANCE
instance_jvm_normal_gc_time sum() SERVICE_INSTANCE
instance_jvm_young_gc_count sum() SERVICE_INSTANCE
instance_jvm_old_gc_count sum() SERVICE_INSTANCE
instance_jvm_normal_gc_count sum() SERVICE_INSTANCE
instance_jvm_thread_live_count longAvg() SERVICE_INSTANCE
instance_jvm_thread_daemon_count longAvg() SERVICE_INSTANCE
instance_jvm_thread_peak_count longAvg() SERVICE_INSTANCE
instance_jvm_thread_runnable_state_thread_count longAvg() SERVICE_INSTANCE
instance_jvm_thread_blocked_state_thread_count longAvg() SERVICE_INSTANCE
instance_jvm_thread_waiting_state_thread_count longAvg() SERVICE_INSTANCE
instance_jvm_thread_timed_waiting_state_thread_count longAvg() SERVICE_INSTANCE
instance_jvm_class_loaded_class_count longAvg() SERVICE_INSTANCE
instance_jvm_class_total_unloaded_class_count longAvg() SERVICE_INSTANCE
instance_jvm_class_total_loaded_class_count longAvg() SERVICE_INSTANCE
`;
const DOTNET_AGENT = `
instance_clr_cpu doubleAvg() SERVICE_INSTANCE
instance_clr_gen0_collect_count sum() SERVICE_INSTANCE
instance_clr_gen1_collect_count sum() SERVICE_INSTANCE
instance_clr_gen2_collect_count sum() SERVICE_INSTANCE
instance_clr_heap_memory longAvg() SERVICE_INSTANCE
instance_clr_available_completion_port_threads max() SERVICE_INSTANCE
instance_clr_available_worker_threads max() SERVICE_INSTANCE
instance_clr_max_completion_port_threads max() SERVICE_INSTANCE
instance_clr_max_worker_threads max() SERVICE_INSTANCE
`;
const BROWSER = `
browser_app_pv sum() SERVICE
browser_app_error_rate rate() SERVICE
browser_app_error_sum sum() SERVICE
browser_app_single_version_pv sum() SERVICE_INSTANCE
browser_app_single_version_error_rate rate() SERVICE_INSTANCE
browser_app_single_version_error_sum sum() SERVICE_INSTANCE
browser_app_page_pv sum() ENDPOINT
browser_app_page_error_rate rate() ENDPOINT
browser_app_page_error_sum sum() ENDPOINT
browser_app_page_ajax_error_sum sum() ENDPOINT
browser_app_page_resource_error_sum sum() ENDPOINT
browser_app_page_js_error_sum sum() ENDPOINT
browser_app_page_unknown_error_sum sum() ENDPOINT
browser_app_page_redirect_avg longAvg() ENDPOINT
browser_app_page_dns_avg longAvg() ENDPOINT
browser_app_page_ttfb_avg longAvg() ENDPOINT
browser_app_page_tcp_avg longAvg() ENDPOINT
browser_app_page_trans_avg longAvg() ENDPOINT
browser_app_page_dom_analysis_avg longAvg() ENDPOINT
browser_app_page_fpt_avg longAvg() ENDPOINT
browser_app_page_dom_ready_avg longAvg() ENDPOINT
browser_app_page_load_page_avg longAvg() ENDPOINT
browser_app_page_res_avg longAvg() ENDPOINT
browser_app_page_ssl_avg longAvg() ENDPOINT
browser_app_page_ttl_avg longAvg() ENDPOINT
browser_app_page_first_pack_avg longAvg() ENDPOINT
browser_app_page_fmp_avg longAvg() ENDPOINT
browser_app_page_fpt_percentile percentile2(10) ENDPOINT
browser_app_page_ttl_percentile percentile2(10) ENDPOINT
browser_app_page_dom_ready_percentile percentile2(10) ENDPOINT
browser_app_page_load_page_percentile percentile2(10) ENDPOINT
browser_app_page_first_pack_percentile percentile2(10) ENDPOINT
browser_app_page_fmp_percentile percentile2(10) ENDPOINT
browser_app_resource_duration_avg labelAvg() ENDPOINT
browser_app_resource_size_avg labelAvg() ENDPOINT
browser_app_resource_protocol_count labelCount(50) ENDPOINT
browser_app_resource_type_count labelCount(50) ENDPOINT
browser_app_web_vitals_fmp_avg longAvg() ENDPOINT
browser_app_web_vitals_cls_avg longAvg() ENDPOINT
browser_app_web_vitals_lcp_avg longAvg() ENDPOINT
browser_app_web_interaction_inp_percentile percentile2(10) ENDPOINT
`;
const MESH = `
service_sidecar_internal_req_latency_nanos longAvg() SERVICE
service_sidecar_internal_resp_latency_nanos longAvg() SERVICE
service_instance_sidecar_internal_req_latency_nanos longAvg() SERVICE_INSTANCE
service_instance_sidecar_internal_resp_latency_nanos longAvg() SERVICE_INSTANCE
endpoint_sidecar_internal_req_latency_nanos longAvg() ENDPOINT
endpoint_sidecar_internal_resp_latency_nanos longAvg() ENDPOINT
service_client_sidecar_internal_req_latency_nanos longAvg() SERVICE_RELATION
service_client_sidecar_internal_resp_latency_nanos longAvg() SERVICE_RELATION
service_server_sidecar_internal_req_latency_nanos longAvg() SERVICE_RELATION
service_server_sidecar_internal_resp_latency_nanos longAvg() SERVICE_RELATION
instance_client_sidecar_internal_req_latency_nanos longAvg() SERVICE_INSTANCE_RELATION
instance_client_sidecar_internal_resp_latency_nanos longAvg() SERVICE_INSTANCE_RELATION
instance_server_sidecar_internal_req_latency_nanos longAvg() SERVICE_INSTANCE_RELATION
instance_server_sidecar_internal_resp_latency_nanos longAvg() SERVICE_INSTANCE_RELATION
`;
const TCP = `
service_throughput_received longAvg() SERVICE
service_throughput_sent longAvg() SERVICE
service_relation_client_received longAvg() SERVICE_RELATION
service_relation_client_sent longAvg() SERVICE_RELATION
service_relation_server_received longAvg() SERVICE_RELATION
service_relation_server_sent longAvg() SERVICE_RELATION
service_instance_throughput_received longAvg() SERVICE_INSTANCE
service_instance_throughput_sent longAvg() SERVICE_INSTANCE
service_instance_relation_client_received longAvg() SERVICE_INSTANCE_RELATION
service_instance_relation_client_sent longAvg() SERVICE_INSTANCE_RELATION
service_instance_relation_server_received longAvg() SERVICE_INSTANCE_RELATION
service_instance_relation_server_sent longAvg() SERVICE_INSTANCE_RELATION
`;
/** Of ours: for dashboards of older versions, analysis.md 2.10. */
const OLD_DASHBOARDS = `
all_percentile percentile2(10) ALL
all_heatmap histogram(100,20) ALL
`;

const lines = (list: string): string[] => list.trim().split('\n').sort();

describe('the official metrics', () => {
  let host: OfficialHost;
  let known: readonly MetricDefinition[];
  beforeAll(async () => {
    host = await officialHost([jvmReceiver, clrReceiver, meshReceiver, browser]);
    known = host.kit.get(MetricCatalogToken).all();
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  it.each([
    ['core.oal', CORE, 63],
    ['java-agent.oal', JAVA_AGENT, 32],
    ['dotnet-agent.oal', DOTNET_AGENT, 9],
    ['browser.oal', BROWSER, 41],
    ['mesh.oal', MESH, 14],
    ['tcp.oal', TCP, 12],
  ])('of %s are all known, by name, function and catalog', (_file, list, count) => {
    const official = lines(list);
    expect(new Set(official).size).toBe(count);
    const names = new Set(official.map((line) => line.split(' ')[0]));
    const ours = known.filter(({ name }) => names.has(name)).map(({ name, signature, catalog }) => `${name} ${signature} ${catalog}`);
    expect(ours.sort()).toEqual(official);
  });

  it('are all that these modules bring, but for two of old dashboards and the records', () => {
    const official = [CORE, JAVA_AGENT, DOTNET_AGENT, BROWSER, MESH, TCP, OLD_DASHBOARDS].flatMap(lines).map((line) => line.split(' ')[0]);
    expect(known.flatMap(({ name, kind }) => (kind === 'record' ? [] : [name])).sort()).toEqual(official.sort());
  });

  it('are listed to clients', async () => {
    const { listMetrics } = await host.ask<{ listMetrics: ReadonlyArray<{ name: string; catalog: string }> }>(
      '{ listMetrics { name catalog } }',
    );
    const listed = new Set(listMetrics.map(({ name, catalog }) => `${name} ${catalog}`));
    for (const line of [CORE, JAVA_AGENT, DOTNET_AGENT, BROWSER, MESH, TCP].flatMap(lines)) {
      const [name, , catalog] = line.split(' ');
      expect(listed).toContain(`${name} ${catalog}`);
    }
  });
});
