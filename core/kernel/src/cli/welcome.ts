import { resolve } from 'node:path';
import { table } from './modules-command.js';
import type { Plan } from './plan.js';

export interface Announcement {
  readonly label: string;
  readonly text: string;
}

/** What is printed when the server is ready: what the modules announced, and whether other machines can reach it. */
export function welcome(version: string, announcements: readonly Announcement[], took: number): string {
  const lines = [
    `Skein ${version} is ready (${Math.round(took)} ms)\n`,
    table(announcements.map(({ label, text }) => [`  ${label}`, text])),
  ];
  if (onlyLoopback(announcements)) {
    lines.push(
      '  Only this machine can reach it. To take data from others, set SW_CORE_GRPC_HOST and SW_CORE_REST_HOST, for example to 0.0.0.0\n',
    );
  }
  lines.push('  Ctrl-C stops it.\n');
  return lines.join('');
}

const ADDRESS = /(?:^|[\s/@])(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}\b/gi;
const LOOPBACK = /^(127\.[\d.]+|localhost|\[::1\])$/i;

function onlyLoopback(announcements: readonly Announcement[]): boolean {
  const hosts = announcements.flatMap(({ text }) => [...text.matchAll(ADDRESS)].map((match) => match[1]!));
  return hosts.length > 0 && hosts.every((host) => LOOPBACK.test(host));
}

/** Which setting of a module of the default set says where to query and where data lies. */
const PLACES = [
  { label: 'query', module: 'query-graphql', setting: 'path', text: (path: string, http: string) => http + path },
  { label: 'data', module: 'storage-level', setting: 'path', text: (path: string, _: string, cwd: string) => resolve(cwd, path) },
] as const;

/** The announcements, with the places of the default modules that did not announce themselves. */
export function withPlaces(announcements: readonly Announcement[], { assembly, boot }: Plan, cwd: string): readonly Announcement[] {
  const http = announcements.find(({ text }) => /^https?:\/\//.test(text))?.text ?? '';
  const added = PLACES.flatMap(({ label, module, setting, text }) => {
    const definition = assembly.modules.find(({ configured }) => configured.name === module)?.definition;
    const config = definition && (boot.configs.get(definition) as Readonly<Record<string, unknown>> | undefined);
    const place = config?.[setting];
    if (typeof place !== 'string' || announcements.some((given) => given.label === label)) return [];
    return [{ label, text: text(place, http, cwd) }];
  });
  return [...announcements, ...added];
}
