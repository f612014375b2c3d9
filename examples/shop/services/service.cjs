// What the three services share: the unmodified agent, one HTTP server, calls to others, and a polite end.
// The agent must start before anything that it instruments is required.
const agent = require('skywalking-backend-js').default;

const [, , serviceName, serviceInstance, collectorAddress] = process.argv;
agent.start({ serviceName, serviceInstance, collectorAddress, maxBufferSize: 10_000 });

const http = require('node:http');

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends a request with http.request, which is what the agent instruments; resolves with the body of a 2xx reply. */
function call(port, path, method = 'GET') {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () => {
        if (response.statusCode < 300) resolve(body);
        else reject(new HttpError(502, `${path} answered ${response.statusCode}`));
      });
    });
    request.on('error', reject);
    request.end();
  });
}

/** Serves `routes` (`GET /path` to an async function that gives the body) on a free port and tells the parent which. */
function serve(routes) {
  const server = http.createServer(async (request, response) => {
    const route = routes[`${request.method} ${request.url.split('?')[0]}`];
    try {
      if (route === undefined) throw new HttpError(404, 'no such page');
      response.end(JSON.stringify(await route(request)));
    } catch (error) {
      response.statusCode = error.status ?? 500;
      response.end(error.message);
    }
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', async (message) => {
    if (message !== 'flush') return;
    await flush();
    process.send({ flushed: true });
  });
  process.on('disconnect', () => process.exit(0));
}

/** Until the agent holds nothing: it sends only when its channel is connected, and connects at its first try. */
async function flush() {
  for (let sending = agent.flush(); sending !== null; sending = agent.flush()) {
    await sending;
    await new Promise((done) => setTimeout(done, 50));
  }
}

module.exports = { call, serve, HttpError, settings: JSON.parse(process.env.SHOP_SETTINGS ?? '{}') };
