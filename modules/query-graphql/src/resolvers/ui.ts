import type { MetadataQuery } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolverMap } from '../contract.js';
import { menuOf } from '../ui/menu.js';
import type { Templates } from '../ui/templates.js';

/** Menu and dashboards of the 10.x dialect. */
export function uiResolvers(templates: Templates, metadata: MetadataQuery): GraphqlResolverMap {
  const all = async (o: GraphqlContext) => {
    const found = await templates.all();
    o.spend(found.length);
    return found;
  };
  return {
    Query: {
      getMenuItems: async (_, _a, o) => {
        const [dashboards, services] = await Promise.all([all(o), metadata.services({}, o)]);
        return menuOf(rootLayers(dashboards), new Set(services.flatMap(({ layers }) => layers)));
      },
      getAllTemplates: (_, _a, o) => all(o),
      getTemplate: async (_, a: { id: string }) => (await templates.find(a.id)) ?? null,
    },
    Mutation: {
      addTemplate: (_, { setting }: { setting: { configuration: string } }) => templates.add(setting.configuration),
      changeTemplate: (_, { setting }: { setting: { id: string; configuration: string } }) =>
        templates.change(setting.id, setting.configuration),
      disableTemplate: (_, a: { id: string }) => templates.disable(a.id),
    },
  };
}

/** The layers whose page has something to show. */
function rootLayers(dashboards: ReadonlyArray<{ readonly configuration: string }>): ReadonlySet<string> {
  const layers = new Set<string>();
  for (const { configuration } of dashboards) {
    const { isRoot, layer } = JSON.parse(configuration) as { readonly isRoot?: unknown; readonly layer: string };
    if (isRoot === true) layers.add(layer);
  }
  return layers;
}
