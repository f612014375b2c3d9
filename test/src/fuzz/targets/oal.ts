import { CORE_SOURCES } from '@skein/telemetry';
import { compileOal } from '@skein/telemetry/oal';
import type { FuzzTarget } from '../target.js';

const SCRIPTS = [
  'service_cpm = from(Service.*).cpm();\nservice_sla = from(Service.*).percent(status == true);',
  "slow = from(Endpoint.latency).filter(latency > 1000).filter(name like 'GET%').longAvg();\ndisable(service_cpm);",
  '// a comment\np = from(Service.latency).percentile2(10);\nc = from(Service.*).filter(tag["k"] in ["a", "b"]).cpm();',
];

export const target: FuzzTarget = {
  name: 'oal',
  seeds: () => SCRIPTS.map((text) => Buffer.from(text)),
  run(input) {
    compileOal({ scripts: [{ file: 'fuzz.oal', text: Buffer.from(input).toString('utf8') }], sources: CORE_SOURCES });
  },
};
