// Writes gen/<name>.js and .d.ts from <name>/**/*.proto. The declarations come from the comments of the generated
// code, so it is generated twice: with comments for the declarations, then without.
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pbjs from 'protobufjs-cli/pbjs.js';

const here = dirname(fileURLToPath(import.meta.url));
const run = (args) => new Promise((done, fail) => pbjs.main(args, (error) => (error ? fail(error) : done())));

mkdirSync(join(here, 'gen'), { recursive: true });
for (const name of ['skywalking']) {
  const root = join(here, name);
  const files = readdirSync(root, { recursive: true })
    .filter((f) => f.endsWith('.proto'))
    .sort();
  const args = [
    '-t',
    'static-module',
    '-w',
    'esm',
    '-r',
    `skein-${name}`,
    '--dependency',
    '../runtime.js',
    '--force-number',
    '--no-service',
    '--no-delimited',
    '--no-typeurl',
    '-p',
    root,
    '-o',
    join(here, 'gen', `${name}.js`),
  ];
  await run([...args, '--dts', ...files]);
  await run([...args, '--no-comments', ...files]);
}
