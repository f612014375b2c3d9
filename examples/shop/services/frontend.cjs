// The shop's face: every page is a call to the orders service.
const { call, serve, settings } = require('./service.cjs');

serve({
  'GET /home': async () => ({ page: 'home' }),
  'GET /checkout': async () => ({ page: 'checkout', order: await call(settings.orders, '/order', 'POST') }),
  'GET /report': async () => ({ page: 'report', report: await call(settings.orders, '/report') }),
  'GET /broken': async () => ({ page: 'broken', order: await call(settings.orders, '/broken') }),
});
