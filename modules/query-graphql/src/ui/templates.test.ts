import { afterAll, describe, expect, it } from '@jest/globals';
import query from '@skein/query';
import storageMemory from '@skein/storage-memory';
import { serviceId, serviceUpdate } from '@skein/telemetry';
import { type DocumentPut, type Storage, StorageToken } from '@skein/telemetry/storage';
import { start as startWith, stopAll, T0 } from '../graphql.test.kit.js';
import { builtInTemplates, type Template } from './built-in-templates.js';
import { menuOf } from './menu.js';
import { Templates } from './templates.js';

const start = (config: object = {}) => startWith([storageMemory, query], [], config);
type Kit = Awaited<ReturnType<typeof start>>;
afterAll(stopAll);

const board = (more: object = {}): string => JSON.stringify({ layer: 'GENERAL', entity: 'Service', name: 'Mine', ...more });
const all = async (kit: Kit): Promise<readonly Template[]> => (await kit.ask('{ getAllTemplates { id configuration } }')).getAllTemplates;
const find = async (kit: Kit, id: string): Promise<Template | null> =>
  (await kit.ask('query ($id: String!) { getTemplate(id: $id) { id configuration } }', { id })).getTemplate;
const CHANGE = '{ id status message }';
const add = async (kit: Kit, configuration: string) =>
  (await kit.ask(`mutation ($c: String!) { addTemplate(setting: { configuration: $c }) ${CHANGE} }`, { c: configuration })).addTemplate;
const change = async (kit: Kit, id: string, configuration: string) =>
  (await kit.ask(`mutation ($s: DashboardSetting!) { changeTemplate(setting: $s) ${CHANGE} }`, { s: { id, configuration } }))
    .changeTemplate;
const disable = async (kit: Kit, id: string) =>
  (await kit.ask(`mutation ($id: String!) { disableTemplate(id: $id) ${CHANGE} }`, { id })).disableTemplate;

describe('dashboards', () => {
  it('are those that come with Skein', async () => {
    const kit = await start();
    expect((await all(kit)).map(({ id }) => id)).toEqual(
      builtInTemplates()
        .map(({ id }) => id)
        .sort(),
    );
    expect(await find(kit, 'general-root')).toEqual(builtInTemplates().find(({ id }) => id === 'general-root'));
    expect(await find(kit, 'no-such')).toBeNull();
  });

  it('may be added, changed, taken away, and brought back', async () => {
    const kit = await start();
    const added = await add(kit, board());
    expect(added).toEqual({ id: expect.stringMatching(/^[\da-f-]{36}$/), status: true, message: null });
    const { id } = added;
    expect((await all(kit)).find((one) => one.id === id)?.configuration).toBe(board());
    expect(await change(kit, id, board({ name: 'Yours' }))).toEqual({ id, status: true, message: null });
    expect(await find(kit, id)).toEqual({ id, configuration: board({ name: 'Yours' }) });
    expect(await disable(kit, id)).toEqual({ id, status: true, message: null });
    expect([await find(kit, id), (await all(kit)).some((one) => one.id === id)]).toEqual([null, false]);
    await change(kit, id, board());
    expect(await find(kit, id)).toEqual({ id, configuration: board() });
  });

  it('that come with Skein may be changed and taken away, too', async () => {
    const kit = await start();
    const count = (await all(kit)).length;
    const root = board({ name: 'General-Root', isRoot: true });
    expect(await change(kit, 'general-root', root)).toMatchObject({ status: true });
    expect(await find(kit, 'general-root')).toEqual({ id: 'general-root', configuration: root });
    expect(await disable(kit, 'mesh-root')).toMatchObject({ status: true });
    expect([(await all(kit)).length, await find(kit, 'mesh-root')]).toEqual([count - 1, null]);
  });

  it.each([
    ['{', 'the configuration must be a JSON object'],
    ['[]', 'the configuration must be a JSON object'],
    ['null', 'the configuration must be a JSON object'],
    ['{"layer":"GENERAL","entity":"Service"}', 'the configuration must have a text "name"'],
    ['{"layer":5,"entity":"Service","name":"x"}', 'the configuration must have a text "layer"'],
    [board({ x: 'y'.repeat(524_288) }), 'a dashboard may have at most 524288 characters (got 524347)'],
  ])('that would break the interface are refused: %.40s', async (configuration, message) => {
    const kit = await start();
    expect(await add(kit, configuration)).toEqual({ id: '', status: false, message });
    expect(await change(kit, 'general-root', configuration)).toEqual({ id: 'general-root', status: false, message });
    expect((await all(kit)).length).toBe(builtInTemplates().length);
  });

  it('that are not there cannot be changed', async () => {
    const kit = await start();
    const refused = { id: 'none', status: false, message: 'there is no dashboard with this id' };
    expect([await change(kit, 'none', board()), await disable(kit, 'none')]).toEqual([refused, refused]);
  });

  it('stay as they are where the operator says so', async () => {
    const kit = await start({ editDashboards: false });
    const message = 'dashboards cannot be edited here: query-graphql.editDashboards is false';
    expect(await add(kit, board())).toEqual({ id: '', status: false, message });
    expect(await change(kit, 'general-root', board())).toEqual({ id: 'general-root', status: false, message });
    expect(await disable(kit, 'general-root')).toEqual({ id: 'general-root', status: false, message });
  });

  it('have room for 8 MiB, of which a smaller text gives some back', async () => {
    const kit = await start();
    const large = board({ x: 'y'.repeat(500_000) });
    const ids: string[] = [];
    for (let n = 0; n < 16; n++) ids.push((await add(kit, large)).id);
    const message = 'all changed dashboards together may have at most 8388608 characters';
    expect(await add(kit, large)).toEqual({ id: '', status: false, message });
    expect(await change(kit, 'general-root', large)).toMatchObject({ status: false, message });
    expect(await change(kit, ids[0]!, board())).toMatchObject({ status: true });
    expect(await add(kit, large)).toMatchObject({ status: true });
  });

  it('that another server changes meanwhile are read again, and given up after some times', async () => {
    const kit = await start();
    const storage: Storage = kit.host.get(StorageToken);
    let races = 1;
    const racing: Pick<Storage, 'document' | 'documents' | 'put'> = {
      document: (kind, id) => storage.document(kind, id),
      documents: (kind, o) => storage.documents(kind, o),
      put: async (put: DocumentPut) => {
        if (races-- > 0)
          await storage.put({ kind: put.kind, id: put.id, value: { configuration: board({ name: `Race ${races}` }), disabled: false } });
        return storage.put(put);
      },
    };
    const templates = new Templates(racing, true);
    expect(await templates.change('general-root', board())).toEqual({ id: 'general-root', status: true });
    expect(await templates.find('general-root')).toEqual({ id: 'general-root', configuration: board() });
    races = 100;
    expect(await templates.change('general-root', board({ name: 'Lost' }))).toEqual({
      id: 'general-root',
      status: false,
      message: 'the dashboard is being changed by others; try again',
    });
  });
});

const MENU =
  '{ getMenuItems { title icon layer activate i18nKey description documentLink subItems { title layer activate i18nKey subItems { title } } } }';

describe('the menu', () => {
  it('shows what has dashboards, and marks what has services', async () => {
    const kit = await start();
    const { getMenuItems: before } = await kit.ask(MENU);
    expect(before.map(({ title, layer, activate }: Record<string, unknown>) => [title, layer, activate])).toEqual([
      ['General Service', '', false],
      ['Service Mesh', '', false],
      ['Browser', 'BROWSER', false],
    ]);
    await kit.commit({
      entities: [
        serviceUpdate(serviceId('db', false), 'db', 'VIRTUAL_DATABASE', T0),
        serviceUpdate(serviceId('ui', true), 'ui', 'BROWSER', T0),
      ],
    });
    const { getMenuItems: after } = await kit.ask(MENU);
    expect(after[0]).toEqual({
      title: 'General Service',
      icon: 'general_service',
      layer: '',
      activate: true,
      i18nKey: 'general_service',
      description: '',
      documentLink: '',
      subItems: [
        { title: 'Services', layer: 'GENERAL', activate: false, i18nKey: 'general_service_services', subItems: [] },
        { title: 'Virtual Database', layer: 'VIRTUAL_DATABASE', activate: true, i18nKey: 'general_service_virtual_database', subItems: [] },
        { title: 'Virtual Cache', layer: 'VIRTUAL_CACHE', activate: false, i18nKey: 'general_service_virtual_cache', subItems: [] },
        { title: 'Virtual MQ', layer: 'VIRTUAL_MQ', activate: false, i18nKey: 'general_service_virtual_mq', subItems: [] },
      ],
    });
    expect(after.map(({ activate }: { activate: boolean }) => activate)).toEqual([true, false, true]);
  });

  it('has a place for a layer as soon as somebody makes a dashboard to open', async () => {
    const kit = await start();
    await add(kit, board({ layer: 'REDIS', isRoot: true }));
    await add(kit, board({ layer: 'KAFKA' }));
    await disable(kit, 'mesh-root');
    const { getMenuItems } = await kit.ask(MENU);
    expect(getMenuItems.map(({ title }: { title: string }) => title)).toEqual(['General Service', 'Browser', 'Database']);
  });

  it('has one for layers that interfaces do not know', () => {
    const menu = menuOf(new Set(['TRAINS', 'BROWSER', 'BUSES']), new Set(['TRAINS']));
    expect(menu.map(({ title, icon, activate }) => [title, icon, activate])).toEqual([
      ['Browser', 'browser', false],
      ['Others', 'dashboard_customize', true],
    ]);
    expect(menu[1]?.subItems.map(({ title, layer, activate }) => [title, layer, activate])).toEqual([
      ['BUSES', 'BUSES', false],
      ['TRAINS', 'TRAINS', true],
    ]);
  });
});
