import { createTestHost, type TestHost } from '@skein/core/testing';
import logAnalyzer from '@skein/log-analyzer';
import naming from '@skein/naming';
import storageMemory from '@skein/storage-memory';
import { type LogMessage, type LogTrial, LogTrialToken } from '@skein/telemetry';
import type { FuzzTarget } from '../target.js';

const rules = [
  `filter {
  if (parsed?.code as Integer < 400 && !tag("x")?.trim()) { abort {} } else if (log.service == 'a') { json { abortOnFailure false } }
  yaml { abortOnFailure false }
  text { regexp $/(?<t>\\d{4}) \\[(?<l>.+)\\]/$ abortOnFailure false }
  def x = parsed.a[0].b ?: "none"; // a comment
  extractor {
    service x as String
    timestamp "2024-01-02", "yyyy-MM-dd"
    tag 'status.code': parsed.status, level: x + 1 * 2 - 3 / 4
    metrics { name "n" timestamp log.timestamp as Long labels a: x, b: "\${x}:\${"v" + 1}" value 1 }
  }
  sink { sampler { if (x =~ /a+/) { rateLimit("\${log.service}") { rpm 60 } } else { rateLimit('b') { rpm 1 } } } enforcer {} }
}`,
  'filter { json {} extractor { tag a: toJson(parsed.j).k, b: toJsonArray("[1]")[0] } sink { dropper {} } }',
];
const logs: readonly LogMessage[] = (['text', 'json', 'yaml'] as const).map((format) => ({
  timestamp: 0,
  service: 'a',
  serviceInstance: 'i',
  endpoint: '/e',
  layer: 'GENERAL',
  type: '',
  body: { format, content: '{"a":[{"b":"x"}],"status":500,"j":"{}"}' },
  tags: [{ key: 'level', value: 'INFO' }],
  weight: 1,
}));

let host: TestHost | undefined;
async function trial(): Promise<LogTrial> {
  host ??= await createTestHost({ modules: [logAnalyzer, naming, storageMemory] });
  return host.get(LogTrialToken);
}

/** Rules in the log analysis language: read, compiled, and run on a log of one kind or another. Mistakes and failures are told as errors with a text of their own. */
export const target: FuzzTarget = {
  name: 'lal',
  seeds: () => rules.map((rule) => Buffer.from(rule)),
  async run(input) {
    const rule = Buffer.from(input).toString('utf8');
    const tried = await trial();
    try {
      tried.run(logs[input.length % logs.length]!, rule);
    } catch (error) {
      // Whatever the engine itself throws has a class of its own.
      if (!(error instanceof Error) || [TypeError, RangeError, ReferenceError].some((own) => error.constructor === own)) throw error;
    }
  },
};
