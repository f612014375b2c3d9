import { defineModule, HttpRoutes } from '@skein/core';
import { BootError } from '@skein/core/host';
import { UiHostConfig } from './config.js';
import { openSite, type Site, SiteError } from './site.js';
import { SiteServer } from './site-server.js';

/** Serves the static files of a web interface that the operator names, on the listener of the queries, so that both have one origin. */
export default defineModule({
  name: 'ui-host',
  config: UiHostConfig,
  contributes: [HttpRoutes],
  activate({ config, logger, contribute, onReady }) {
    let server: SiteServer | undefined;
    onReady(async () => {
      const site = await open(config.path);
      server = await SiteServer.of(site, config);
      logger.info(`serves the web interface in ${site.root}`);
    });
    for (const method of ['GET', 'HEAD'] as const) {
      contribute(HttpRoutes, {
        listener: config.listener,
        method,
        path: '/*',
        handle: (request) => {
          if (server === undefined) return { status: 503 };
          return server.answer(request);
        },
      });
    }
  },
});

async function open(path: string): Promise<Site> {
  try {
    return await openSite(path);
  } catch (error) {
    if (!(error instanceof SiteError)) throw error;
    const fix = 'name the folder that the build of the interface made, often called dist';
    throw new BootError([{ subject: 'modules.ui-host.path', message: error.message, fix }], { cause: error });
  }
}
