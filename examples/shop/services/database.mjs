// A real PostgreSQL (PGlite: the server compiled to WebAssembly) behind its wire protocol, so that the shop needs nothing but npm.

import { createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** A port that was free a moment ago: the socket server cannot tell which one it was given. */
const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

const database = await PGlite.create();
await database.exec('CREATE TABLE orders (id serial PRIMARY KEY, item text NOT NULL, amount int NOT NULL)');
const port = await freePort();
await new PGLiteSocketServer({ db: database, host: '127.0.0.1', port }).start();
process.send({ port });
process.on('disconnect', () => process.exit(0));
