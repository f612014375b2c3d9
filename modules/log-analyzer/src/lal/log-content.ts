import type { LogMessage } from '@skein/telemetry';
import { parse as parseYaml } from 'yaml';
import { parseBoundedJson } from './bounded-json.js';
import { isModestYaml } from './modest-yaml.js';
import type { Value } from './values.js';

/** Longest YAML that is read, UTF-16 units: reading it costs a hundred times what JSON does. */
const LONGEST_YAML = 16_384;
type Members = { readonly [key: string]: Value };

/** The content of one log, read once however many rules ask. */
export class LogContent {
  #json: Members | null | undefined;
  #yaml: Members | null | undefined;

  constructor(private readonly log: LogMessage) {}

  /** What the body says as JSON, a text body too, with what the log says of itself where the body does not; null if it is no object. */
  get json(): Members | null {
    if (this.#json === undefined) {
      const { format, content } = this.log.body;
      this.#json = this.#completed(format === 'json' || format === 'text' ? parseBoundedJson(content) : undefined);
    }
    return this.#json;
  }

  /** The same of YAML. */
  get yaml(): Members | null {
    if (this.#yaml === undefined) {
      const { format, content } = this.log.body;
      this.#yaml = this.#completed(format === 'yaml' || format === 'text' ? readYaml(content) : undefined);
    }
    return this.#yaml;
  }

  #completed(value: Value | undefined): Members | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const { service, serviceInstance, endpoint, layer, timestamp } = this.log;
    return { service, serviceInstance, endpoint, layer, timestamp, ...(value as Members) };
  }
}

function readYaml(text: string): Value | undefined {
  if (text.length > LONGEST_YAML || !isModestYaml(text)) return undefined;
  try {
    // Equal keys and the places of errors take time by the square of their number; aliases could multiply what is read.
    return parseYaml(text, { schema: 'core', uniqueKeys: false, maxAliasCount: 0, logLevel: 'error', prettyErrors: false }) as Value;
  } catch {
    return undefined;
  }
}
