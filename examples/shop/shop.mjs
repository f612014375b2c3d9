import { fork } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(`services/${name}`, import.meta.url));

/** Services of the shop, callers before callees, with the names that the agent reports. */
export const SHOP = {
  frontend: { service: 'shop-frontend', instance: 'frontend-1' },
  orders: { service: 'shop-orders', instance: 'orders-1' },
  stock: { service: 'shop-stock', instance: 'stock-1' },
};

/** Pages of the frontend and what each of them causes. */
export const PAGES = {
  '/home': { fails: false, slow: false },
  '/checkout': { fails: false, slow: false },
  '/report': { fails: false, slow: true },
  '/broken': { fails: true, slow: false },
};

/**
 * Starts the database and the three services, each in its own process, reporting to a collector at `host:port`.
 * `visit(page)` resolves with the HTTP status and the milliseconds the client measured.
 */
export async function startShop({ collector, log = () => {} }) {
  const children = [];
  const start = async (script, args = [], settings = {}) => {
    const child = fork(file(script), args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, SHOP_SETTINGS: JSON.stringify(settings), SW_AGENT_LOGGING_LEVEL: 'error' },
    });
    children.push(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => log(`${script}: ${part}`));
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`${script} ended with code ${code} before it was ready`))),
    ]);
    return { child, port: message.port };
  };
  const service = ({ service, instance }, script, settings) => start(script, [service, instance, collector], settings);

  const database = await start('database.mjs');
  const stock = await service(SHOP.stock, 'stock.cjs');
  const orders = await service(SHOP.orders, 'orders.cjs', { stock: stock.port, database: database.port });
  const frontend = await service(SHOP.frontend, 'frontend.cjs', { orders: orders.port });
  const traced = [frontend, orders, stock];

  return {
    ports: { frontend: frontend.port, orders: orders.port, stock: stock.port, database: database.port },
    visit: (page) => visit(frontend.port, page),
    /** Makes every agent send what it holds; resolves when the collector has acknowledged it. */
    async flush() {
      await Promise.all(
        traced.map(async ({ child }) => {
          const flushed = once(child, 'message');
          child.send('flush');
          await flushed;
        }),
      );
    },
    async stop() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const gone = once(child, 'exit');
          child.kill('SIGKILL');
          await gone;
        }),
      );
    },
  };
}

function visit(port, path) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = request({ host: '127.0.0.1', port, path }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, milliseconds: performance.now() - started }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
