import { ByteSize, type Static, Type } from '@skein/core';

export const UiHostConfig = Type.Object({
  path: Type.String({ minLength: 1, description: 'Folder with the built interface: its index.html, scripts and styles' }),
  listener: Type.String({
    default: 'rest',
    description: 'Listener of the http-server that serves the files; queries must be on the same one',
  }),
  cache: ByteSize({ default: '32MiB', minimum: 65_536, maximum: '1GiB', description: 'Memory for files, compressed and as they are' }),
  frames: Type.Array(Type.String({ pattern: '^[!-+\\--:<-~]+$' }), {
    default: [],
    maxItems: 100,
    description: 'Origins whose pages dashboards may show in frames, such as https://grafana.example.com',
  }),
});

export type UiHostConfig = Static<typeof UiHostConfig>;
