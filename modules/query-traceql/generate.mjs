import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateParsers } from '../../scripts/generate-parsers.mjs';

generateParsers(dirname(fileURLToPath(import.meta.url)), ['traceql']);
