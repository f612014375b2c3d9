// Writes gen/<name>.js and .d.ts from <name>/**/*.proto, one for each protocol, so that a module loads only what it speaks. What protocols
// have in common is imported from skywalking/common. The declarations come from the comments of the generated code, so it is generated
// twice: with comments for the declarations, then without. `node generate.mjs <name> ...` writes only those.
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import pbjs from 'protobufjs-cli/pbjs.js';

const here = dirname(fileURLToPath(import.meta.url));
const run = (args) => new Promise((done, fail) => pbjs.main(args, (error) => (error ? fail(error) : done())));

mkdirSync(join(here, 'gen'), { recursive: true });
const protocols = readdirSync(here, { recursive: true })
  .filter((f) => f.endsWith('.proto'))
  .map((f) => f.split(sep)[0]);
const chosen = process.argv.slice(2);
for (const name of new Set(protocols)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
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
    '-p',
    join(here, 'skywalking'),
    '-o',
    join(here, 'gen', `${name}.js`),
  ];
  await run([...args, '--dts', ...files]);
  await run([...args, '--no-comments', ...files]);
}
