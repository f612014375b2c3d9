import { type Dashboard, metricConfig } from './dashboard.js';
import { browserDashboards } from './dashboards/browser.js';
import { generalDashboards } from './dashboards/general.js';
import { meshDashboards } from './dashboards/mesh.js';
import { virtualDashboards } from './dashboards/virtual.js';
import { placed } from './place.js';

/** A dashboard as interfaces load it: JSON in a text. */
export interface Template {
  readonly id: string;
  readonly configuration: string;
}

let made: readonly Template[] | undefined;

/** The dashboards that come with Skein. Made when first asked for; about 250 kB of text. */
export function builtInTemplates(): readonly Template[] {
  made ??= [...generalDashboards, ...meshDashboards, ...browserDashboards, ...virtualDashboards].map(templateOf);
  return made;
}

/** The JSON text of a dashboard, with each piece at its place. Its id is its name. */
export function templateOf({ pieces, summary, ...settings }: Dashboard): Template {
  const told = summary && { expressions: summary.map(([expression]) => expression), expressionsConfig: metricConfig(summary) };
  const configuration = { isRoot: false, isDefault: false, ...settings, ...told, children: placed(pieces) };
  return { id: settings.name.toLowerCase(), configuration: JSON.stringify(configuration) };
}
