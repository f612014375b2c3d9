// Orders: asks the stock, writes to the database. The report is slow, the broken page fails in the database.
const { call, serve, settings } = require('./service.cjs');
const { Pool } = require('pg');

const pool = new Pool({ host: '127.0.0.1', port: settings.database, user: 'postgres', database: 'postgres', max: 1 });

/**
 * Gives the connection back after a failed statement too. `pool.query` would end it and open another, and the database, which has
 * one backend for all connections, refuses the new one while the old one is still leaving.
 */
async function query(text, values) {
  const client = await pool.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    client.release();
  }
}

serve({
  'POST /order': async () => {
    await call(settings.stock, '/reserve');
    const [{ id }] = await query('INSERT INTO orders (item, amount) VALUES ($1, $2) RETURNING id', ['yarn', 2]);
    return { id };
  },
  'GET /report': async () => (await query('SELECT count(*) AS orders, pg_sleep(0.25) FROM orders'))[0],
  'GET /broken': async () => query('SELECT * FROM no_such_table'),
});
