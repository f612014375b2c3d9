import type { Dashboard, Shown } from '../dashboard.js';
import { best, percentiles } from '../expressions.js';
import { type Column, controlPage, endpointTable, instanceTable, line, serviceTable, tabs, topList } from '../pieces.js';

const layer = 'BROWSER';
const APP = 'browser_app';
const VERSION = 'browser_app_single_version';
const PAGE = 'browser_app_page';

const columns = (prefix: string): readonly Column[] => [
  ['Page Views', `${prefix}_pv`, 'views / min'],
  ['Error Rate', `${prefix}_error_rate`, '%', '/100'],
];

const visitCharts = (prefix: string) => [
  line('Page Views', [`${prefix}_pv`, 'Page Views', 'views / min']),
  line('Error Rate', [`${prefix}_error_rate/100`, 'Error Rate', '%']),
  line('Errors', [`${prefix}_error_sum`, 'Errors', 'errors / min']),
];

const root: Dashboard = {
  layer,
  entity: 'All',
  name: 'Browser-Root',
  isRoot: true,
  path: '/Browser',
  pieces: [serviceTable('Browser-App', columns(APP))],
};

const app: Dashboard = {
  layer,
  entity: 'Service',
  name: 'Browser-App',
  isDefault: true,
  summary: [
    [`avg(${APP}_pv)`, 'Page Views', 'views / min'],
    [`avg(${APP}_error_rate)/100`, 'Error Rate', '%'],
  ],
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [
          ...visitCharts(APP),
          topList('Versions by Page Views', best(`${VERSION}_pv`, 'des'), 'views / min', 'Browser-Version'),
          topList('Versions by Error Rate (%)', best(`${VERSION}_error_rate`, 'des', '', '/100'), '%', 'Browser-Version'),
          topList('Versions by Errors', best(`${VERSION}_error_sum`, 'des'), 'errors / min', 'Browser-Version'),
          topList('Pages by Page Views', best(`${PAGE}_pv`, 'des'), 'views / min', 'Browser-Page'),
          topList('Pages by Error Rate (%)', best(`${PAGE}_error_rate`, 'des', '', '/100'), '%', 'Browser-Page'),
          topList('Pages by Errors', best(`${PAGE}_error_sum`, 'des'), 'errors / min', 'Browser-Page'),
        ],
      },
      { name: 'Version', pieces: [instanceTable('Browser-Version', columns(VERSION))] },
      { name: 'Page', pieces: [endpointTable('Browser-Page', columns(PAGE))] },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
    ),
  ],
};

const version: Dashboard = { layer, entity: 'ServiceInstance', name: 'Browser-Version', pieces: visitCharts(VERSION) };

/** Percentiles of the times of a page: `[metric, title]`. */
const PAGE_TIMES: ReadonlyArray<readonly [metric: string, title: string]> = [
  ['load_page', 'Whole Page'],
  ['dom_ready', 'DOM Ready'],
  ['fmp', 'First Meaningful Paint'],
  ['fpt', 'First Paint'],
  ['first_pack', 'First Packet'],
  ['ttl', 'Time to Interact'],
];

/** Steps in which a page comes, in their order: `[metric, label]`. */
const STEPS: ReadonlyArray<readonly [metric: string, label: string]> = [
  ['redirect', 'Redirect'],
  ['dns', 'DNS'],
  ['tcp', 'TCP'],
  ['ttfb', 'First byte'],
  ['trans', 'Transfer'],
  ['dom_analysis', 'DOM analysis'],
  ['fpt', 'First paint'],
  ['dom_ready', 'DOM ready'],
  ['res', 'Resources'],
  ['load_page', 'Whole page'],
];

const page: Dashboard = {
  layer,
  entity: 'Endpoint',
  name: 'Browser-Page',
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [
          ...visitCharts(PAGE),
          line('Load Time by Step', ...STEPS.map(([metric, label]): Shown => [`${PAGE}_${metric}_avg`, label, 'ms'])),
          line(
            'Errors by Kind',
            [`${PAGE}_resource_error_sum`, 'Resources'],
            [`${PAGE}_js_error_sum`, 'JavaScript'],
            [`${PAGE}_ajax_error_sum`, 'Ajax'],
            [`${PAGE}_unknown_error_sum`, 'Others'],
          ),
          ...PAGE_TIMES.map(([metric, title]) => line(`${title}: Percentiles`, [percentiles(`${PAGE}_${metric}_percentile`), title, 'ms'])),
        ],
      },
      {
        name: 'Web Vitals',
        pieces: [
          line(
            'Paints',
            [`${APP}_web_vitals_fmp_avg`, 'First meaningful', 'ms'],
            [`${APP}_web_vitals_lcp_avg`, 'Largest contentful', 'ms'],
          ),
          line('Layout Shift', [`${APP}_web_vitals_cls_avg / 1000`, 'Cumulative']),
          line('Interaction to Next Paint: Percentiles', [percentiles(`${APP}_web_interaction_inp_percentile`), 'INP', 'ms']),
        ],
      },
      {
        name: 'Resources',
        pieces: [
          line('Duration', [`${APP}_resource_duration_avg`, 'Duration', 'ms']),
          line('Size', [`${APP}_resource_size_avg/1024`, 'Size', 'KB']),
          line('By Protocol', [`${APP}_resource_protocol_count`, 'Resources']),
          line('By Type', [`${APP}_resource_type_count`, 'Resources']),
        ],
      },
      controlPage('Log', 'Log'),
    ),
  ],
};

/** Web applications, as the browsers of their users saw them. */
export const browserDashboards: readonly Dashboard[] = [root, app, version, page];
