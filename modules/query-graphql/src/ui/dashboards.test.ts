import { describe, expect, it } from '@jest/globals';
import { layerNamed } from '@skein/telemetry';
import { parseExpression } from '@skein/telemetry/mqe';
import { builtInTemplates } from './built-in-templates.js';
import { placed } from './place.js';

interface Item {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly i: string;
  readonly id: string;
  readonly type: string;
  readonly graph?: { readonly type?: string; readonly dashboardName?: string };
  readonly children?: ReadonlyArray<{ readonly name: string; readonly expression?: string; readonly children: readonly Item[] }>;
  readonly [setting: string]: unknown;
}
interface Board {
  readonly layer: string;
  readonly entity: string;
  readonly name: string;
  readonly isRoot: boolean;
  readonly isDefault: boolean;
  readonly expressions?: readonly string[];
  readonly children: readonly Item[];
}

const templates = builtInTemplates();
const boards = templates.map(({ configuration }) => JSON.parse(configuration) as Board);
const cases = boards.map((board) => [board.name, board] as const);
const itemsOf = ({ children }: Pick<Board, 'children'>): readonly Item[] =>
  children.flatMap((item) => [item, ...(item.children ?? []).flatMap((page) => itemsOf(page))]);
const keyOf = ({ layer, entity, name }: { layer: string; entity: string; name: string }): string => `${layer} ${entity} ${name}`;
const keys = new Set(boards.map(keyOf));

describe('the dashboards that come with Skein', () => {
  it('have their own ids and keys, and one to open for each layer', () => {
    expect(new Set(templates.map(({ id }) => id)).size).toBe(templates.length);
    expect(keys.size).toBe(templates.length);
    const layers = new Set(boards.map(({ layer }) => layer));
    expect([...layers].sort()).toEqual(['BROWSER', 'GENERAL', 'MESH', 'VIRTUAL_CACHE', 'VIRTUAL_DATABASE', 'VIRTUAL_MQ']);
    for (const layer of layers) {
      expect(layerNamed(layer)).toBe(layer);
      expect(boards.filter((board) => board.layer === layer && board.isRoot).map(({ entity }) => entity)).toEqual(['All']);
      // Interfaces take the first default that they find.
      const defaults = boards.filter((board) => board.layer === layer && board.isDefault).map(({ entity }) => entity);
      expect(new Set(defaults).size).toBe(defaults.length);
    }
  });

  it.each(cases)('%s has every piece at a place of its own, under an id of its own', (_name, board) => {
    const ids = itemsOf(board).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const pages = [board, ...itemsOf(board).flatMap(({ children = [] }) => children)];
    for (const { children } of pages) {
      expect(new Set(children.map(({ i }) => i)).size).toBe(children.length);
      for (const [n, a] of children.entries()) {
        expect([a.w > 0, a.h > 0, a.x >= 0, a.x + a.w <= 24]).toEqual([true, true, true, true]);
        for (const b of children.slice(n + 1)) {
          const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
          expect([a.id, b.id, apart]).toEqual([a.id, b.id, true]);
        }
      }
    }
  });

  it.each(cases)('%s asks expressions that can be read', (_name, board) => {
    const lists = ['expressions', 'subExpressions', 'nodeExpressions', 'linkServerExpressions', 'linkClientExpressions'];
    const texts = itemsOf(board).flatMap((item) => [
      ...lists.flatMap((list) => (item[list] as readonly string[] | undefined) ?? []),
      ...(item.children ?? []).flatMap(({ expression }) => expression ?? []),
    ]);
    for (const text of [...texts, ...(board.expressions ?? [])]) expect(() => parseExpression(text)).not.toThrow();
  });

  it.each(cases)('%s leads only to dashboards that are there', (_name, { layer, entity, ...board }) => {
    const missing: string[] = [];
    const check = (name: unknown, of: string): void => {
      if (name !== undefined && !keys.has(keyOf({ layer, entity: of, name: String(name) }))) missing.push(`${name} of ${of}`);
    };
    const pods: Readonly<Record<string, string>> = {
      All: 'Service',
      ServiceRelation: 'ServiceInstance',
      Endpoint: 'Endpoint',
      Service: 'Service',
    };
    for (const item of itemsOf(board)) {
      const list = { ServiceList: 'Service', InstanceList: 'ServiceInstance', EndpointList: 'Endpoint' }[item.graph?.type ?? ''];
      if (list !== undefined) check(item.graph?.dashboardName, list);
      if (item.valueRelatedDashboard !== undefined) {
        const [expression] = item.expressions as readonly string[];
        const kind =
          expression?.includes('endpoint') || expression?.includes('_page_')
            ? 'Endpoint'
            : expression?.includes('instance') || expression?.includes('version')
              ? 'ServiceInstance'
              : 'Service';
        check(item.valueRelatedDashboard, kind);
      }
      if (item.type !== 'Topology') continue;
      check(item.linkDashboard, `${pods[entity]}Relation`);
      if (typeof item.nodeDashboard === 'string') check(item.nodeDashboard, pods[entity]!);
      else for (const { scope, dashboard } of item.nodeDashboard as { scope: string; dashboard: string }[]) check(dashboard, scope);
    }
    expect(missing).toEqual([]);
  });

  it('measure each expression that they show: as many labels as expressions', () => {
    for (const board of boards) {
      for (const { expressions, metricConfig } of itemsOf(board) as ReadonlyArray<{ expressions?: unknown[]; metricConfig?: unknown[] }>) {
        expect(metricConfig?.length).toBe(expressions?.length);
      }
    }
  });
});

describe('placing', () => {
  it('goes from left to right, and below the highest of a full row', () => {
    const piece = (w: number, h: number) => ({ type: 'Widget', w, h });
    expect(placed([piece(8, 5), piece(8, 9), piece(8, 5), piece(8, 5), piece(24, 3)]).map(({ x, y, i }) => [x, y, i])).toEqual([
      [0, 0, '0'],
      [8, 0, '1'],
      [16, 0, '2'],
      [0, 9, '3'],
      [0, 14, '4'],
    ]);
  });

  it('makes tabs as high as their highest page, with pieces that say where they are', () => {
    const pieces = [{ type: 'Widget', w: 24, h: 10 }];
    const [tab, below] = placed([
      {
        type: 'Tab',
        w: 24,
        h: 0,
        tabs: [
          { name: 'One', pieces: [...pieces, ...pieces] },
          { name: 'Two', expression: 'is_present(x)', pieces },
        ],
      },
      { type: 'Event', w: 24, h: 4 },
    ]);
    expect(tab).toEqual({
      type: 'Tab',
      w: 24,
      h: 24,
      x: 0,
      y: 0,
      i: '0',
      id: '0',
      activedTabIndex: 0,
      children: [
        {
          name: 'One',
          children: [
            { type: 'Widget', w: 24, h: 10, x: 0, y: 0, i: '0', id: '0-0-0' },
            { type: 'Widget', w: 24, h: 10, x: 0, y: 10, i: '1', id: '0-0-1' },
          ],
        },
        { name: 'Two', expression: 'is_present(x)', children: [{ type: 'Widget', w: 24, h: 10, x: 0, y: 0, i: '0', id: '0-1-0' }] },
      ],
    });
    expect(below).toMatchObject({ x: 0, y: 24, i: '1' });
  });
});
