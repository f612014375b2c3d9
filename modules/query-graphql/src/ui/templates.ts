import { randomUUID } from 'node:crypto';
import type { Document, Storage } from '@skein/telemetry/storage';
import { builtInTemplates, type Template } from './built-in-templates.js';

/** A document for each template that users made, changed or took away, by its id. */
const KIND = 'ui-template';
const MAX_STORED = 1000;
const MAX_CHARACTERS = 524_288;
/** All that are stored; interfaces load them at once. */
const MAX_ALL_CHARACTERS = 8 * 1_048_576;
const ATTEMPTS = 5;

/** What the protocol answers to a change. */
export interface TemplateChange {
  readonly id: string;
  readonly status: boolean;
  readonly message?: string;
}

interface StoredTemplate {
  readonly configuration: string;
  readonly disabled: boolean;
}

/**
 * The dashboards of web interfaces: those that come with Skein, and over them what users changed, which all servers of a storage share.
 * Taking one away only hides it: saved again under its id, it comes back.
 */
export class Templates {
  private readonly builtIn: ReadonlyMap<string, string> = new Map(builtInTemplates().map(({ id, configuration }) => [id, configuration]));

  constructor(
    private readonly storage: Pick<Storage, 'document' | 'documents' | 'put'>,
    private readonly editable: boolean,
  ) {}

  /** All that are not taken away, by id. */
  async all(): Promise<readonly Template[]> {
    const texts = new Map(this.builtIn);
    for (const document of await this.storage.documents(KIND, { limit: MAX_STORED })) {
      const { configuration, disabled } = document.value as StoredTemplate;
      if (disabled) texts.delete(document.id);
      else texts.set(document.id, configuration);
    }
    return [...texts].map(([id, configuration]) => ({ id, configuration })).sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  }

  /** Undefined also when it was taken away. */
  async find(id: string): Promise<Template | undefined> {
    const found = this.current(id, await this.storage.document(KIND, id));
    return found === undefined || found.disabled ? undefined : { id, configuration: found.configuration };
  }

  /** Keeps a new dashboard, and gives it an id. */
  async add(configuration: string): Promise<TemplateChange> {
    const problem = this.refusal(configuration) ?? (await this.noRoom(configuration));
    if (problem !== undefined) return refused('', problem);
    const id = randomUUID();
    const stored = await this.storage.put({ kind: KIND, id, value: { configuration, disabled: false }, ifVersion: 0 });
    return stored ? { id, status: true } : refused(id, CONFLICT);
  }

  change(id: string, configuration: string): Promise<TemplateChange> {
    const problem = this.refusal(configuration);
    return problem === undefined ? this.replace(id, () => ({ configuration, disabled: false })) : Promise.resolve(refused(id, problem));
  }

  disable(id: string): Promise<TemplateChange> {
    if (!this.editable) return Promise.resolve(refused(id, NOT_EDITABLE));
    return this.replace(id, ({ configuration }) => ({ configuration: this.builtIn.has(id) ? '' : configuration, disabled: true }));
  }

  /** Tries again when another server was faster. */
  private async replace(id: string, next: (current: StoredTemplate) => StoredTemplate): Promise<TemplateChange> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const document = await this.storage.document(KIND, id);
      const current = this.current(id, document);
      if (current === undefined) return refused(id, 'there is no dashboard with this id');
      const value = next(current);
      const problem = value.disabled ? undefined : await this.noRoom(value.configuration, id);
      if (problem !== undefined) return refused(id, problem);
      if (await this.storage.put({ kind: KIND, id, value, ifVersion: document?.version ?? 0 })) return { id, status: true };
    }
    return refused(id, CONFLICT);
  }

  private current(id: string, document: Document | undefined): StoredTemplate | undefined {
    if (document !== undefined) return document.value as StoredTemplate;
    const configuration = this.builtIn.get(id);
    return configuration === undefined ? undefined : { configuration, disabled: false };
  }

  /** Why there is no room for a text, in place of the one that the id has. */
  private async noRoom(configuration: string, id = ''): Promise<string | undefined> {
    const others = (await this.storage.documents(KIND, { limit: MAX_STORED })).filter((document) => document.id !== id);
    if (others.length >= MAX_STORED) return `${MAX_STORED} dashboards were made or changed already`;
    const length = others.reduce((sum, { value }) => sum + (value as StoredTemplate).configuration.length, configuration.length);
    return length > MAX_ALL_CHARACTERS ? `all changed dashboards together may have at most ${MAX_ALL_CHARACTERS} characters` : undefined;
  }

  private refusal(configuration: string): string | undefined {
    return this.editable ? templateProblem(configuration) : NOT_EDITABLE;
  }
}

const NOT_EDITABLE = 'dashboards cannot be edited here: query-graphql.editDashboards is false';
const CONFLICT = 'the dashboard is being changed by others; try again';

const refused = (id: string, message: string): TemplateChange => ({ id, status: false, message });

/** Why a text cannot be a dashboard; one that does not parse would break the interface for everybody. */
function templateProblem(configuration: string): string | undefined {
  if (configuration.length > MAX_CHARACTERS)
    return `a dashboard may have at most ${MAX_CHARACTERS} characters (got ${configuration.length})`;
  const parsed = parsedObject(configuration);
  if (parsed === undefined) return 'the configuration must be a JSON object';
  const wrong = ['layer', 'entity', 'name'].find((key) => typeof parsed[key] !== 'string' || parsed[key] === '');
  return wrong === undefined ? undefined : `the configuration must have a text "${wrong}"`;
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
