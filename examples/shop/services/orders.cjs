// Orders: asks the stock, writes to the database. The report is slow, the broken page fails in the database.
const { call, serve, settings } = require('./service.cjs');
const { Pool } = require('pg');

const pool = new Pool({ host: '127.0.0.1', port: settings.database, user: 'postgres', database: 'postgres', max: 1 });

serve({
  'POST /order': async () => {
    await call(settings.stock, '/reserve');
    const { rows } = await pool.query('INSERT INTO orders (item, amount) VALUES ($1, $2) RETURNING id', ['yarn', 2]);
    return { id: rows[0].id };
  },
  'GET /report': async () => {
    const { rows } = await pool.query('SELECT count(*) AS orders, pg_sleep(0.25) FROM orders');
    return rows[0];
  },
  'GET /broken': async () => (await pool.query('SELECT * FROM no_such_table')).rows,
});
