import { createHash } from 'node:crypto';
import type { ConfigTree } from '@skein/dynamic-config/contract';

/** The key of dynamic-config under which the settings of agents stand, as SkyWalking has it. */
export const AGENT_CONFIGURATIONS = 'configuration-discovery.default.agentConfigurations';

/** The settings of one service, in the order of the file. */
export interface ServiceSettings {
  /** Digest by which an agent tells that it has them already. Source: receivers.md 6.10. */
  readonly uuid: string;
  readonly items: ReadonlyArray<readonly [key: string, value: string]>;
}

const digest = (text: string): string => createHash('sha512').update(text, 'utf8').digest('hex');

/** Of services that the file does not name: agents fall back to what they were started with. */
const NONE: ServiceSettings = { uuid: digest('EMPTY'), items: [] };

/** What agents are to set, by the name of their service. */
export class AgentSettings {
  private services: ReadonlyMap<string, ServiceSettings> = new Map();

  get size(): number {
    return this.services.size;
  }

  of(service: string): ServiceSettings {
    return this.services.get(service) ?? NONE;
  }

  /** Takes `configurations: { <service>: { <key>: <value> } }` in place of what was. Throws an Error that says what is wrong; then nothing changes. */
  use(tree: ConfigTree | undefined): void {
    this.services = new Map(
      Object.entries(entriesOf(tree, 'the value')).flatMap(([root, services]) => {
        if (root !== 'configurations') throw new Error(`expected the key "configurations" (got "${root}")`);
        return Object.entries(entriesOf(services, root)).map(([service, items]) => [service, settingsOf(service, items)] as const);
      }),
    );
  }
}

function settingsOf(service: string, tree: ConfigTree): ServiceSettings {
  const items = Object.entries(entriesOf(tree, service)).map(([key, value]) => {
    if (typeof value !== 'string') throw new Error(`configurations.${service}.${key} must be one value, not a list or a map`);
    return [key, value] as const;
  });
  return items.length === 0 ? NONE : { items, uuid: digest(items.map(([key, value]) => `${key}:${value}`).join('')) };
}

/** An empty value is an empty map: that is what a key without anything under it looks like. */
function entriesOf(tree: ConfigTree | undefined, what: string): { readonly [key: string]: ConfigTree } {
  if (tree === undefined || tree === '') return {};
  if (typeof tree === 'string' || Array.isArray(tree)) throw new Error(`${what} must be a map`);
  return tree as { readonly [key: string]: ConfigTree };
}
