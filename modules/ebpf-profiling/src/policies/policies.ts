import { createHash } from 'node:crypto';
import type { Clock } from '@skein/core';
import type { Storage } from '@skein/telemetry/storage';
import { CachedDocuments, MAX_DOCUMENTS } from '../cached-documents.js';
import { policyProblem } from './check-policy.js';
import type { Policy, PolicyTarget } from './policy.js';

/** One document for each service, by its id. */
const KIND = 'ebpf-continuous-policy';
const ATTEMPTS = 10;

/** The policies of continuous profiling, in documents that all servers of a storage share. */
export class Policies {
  readonly #cache: CachedDocuments<Policy>;

  constructor(
    private readonly storage: Storage,
    clock: Clock,
    cacheMs: number,
  ) {
    this.#cache = new CachedDocuments(storage, KIND, clock, cacheMs);
  }

  /** How many services have one, as far as is known. */
  get size(): number {
    return this.#cache.size;
  }

  /** As of some seconds ago at most. */
  async ofService(service: string): Promise<Policy | undefined> {
    return (await this.#cache.all()).get(service);
  }

  /** Puts a policy in place of what was; without targets it asks for nothing. Returns why it cannot be used. */
  async set(service: string, targets: readonly PolicyTarget[]): Promise<string | undefined> {
    const problem = policyProblem(targets);
    if (problem !== undefined) return problem;
    const policy: Policy = { uuid: digest(targets), targets };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await this.storage.document(KIND, service);
      if ((stored?.value as Policy | undefined)?.uuid === policy.uuid) return undefined;
      if (stored === undefined && (await this.#cache.all()).size >= MAX_DOCUMENTS) return `${MAX_DOCUMENTS} services have a policy already`;
      if (await this.storage.put({ kind: KIND, id: service, value: policy, ifVersion: stored?.version ?? 0 })) {
        this.#cache.changed();
        return undefined;
      }
    }
    return 'the policy is being changed by others; try again';
  }
}

/** Of what the policy says, in whatever order it says it. */
function digest(targets: readonly PolicyTarget[]): string {
  const sorted = [...targets]
    .sort((a, b) => order(a.target, b.target))
    .map(({ target, items }) => [
      target,
      [...items]
        .sort((a, b) => order(a.type, b.type))
        .map(({ type, threshold, period, count, uriList, uriRegex }) => [type, threshold, period, count, uriList ?? [], uriRegex ?? '']),
    ]);
  return createHash('sha512').update(JSON.stringify(sorted), 'utf8').digest('hex');
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
