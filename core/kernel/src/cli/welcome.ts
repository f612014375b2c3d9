import { table } from './modules-command.js';

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
