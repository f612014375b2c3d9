import { inTurns } from '@skein/query/contract';
import type { OtlpTrace } from './trace.js';

/** The JSON text of a trace. Gives way after every few hundred spans: a large trace takes longer than others may wait. */
export async function traceText({ resourceSpans }: OtlpTrace, signal?: AbortSignal): Promise<string> {
  const groups: string[] = [];
  for (const { resource, scopeSpans } of resourceSpans) {
    const scopes: string[] = [];
    for (const { scope, spans } of scopeSpans) {
      const texts: string[] = [];
      await inTurns(spans, (span) => texts.push(JSON.stringify(span)), signal);
      scopes.push(`{"scope":${JSON.stringify(scope)},"spans":[${texts.join(',')}]}`);
    }
    groups.push(`{"resource":${JSON.stringify(resource)},"scopeSpans":[${scopes.join(',')}]}`);
  }
  return `{"resourceSpans":[${groups.join(',')}]}`;
}
