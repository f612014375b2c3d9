import { Duration, defineModule, Type } from '@skein/core';
import { DynamicConfigToken } from './contract.js';
import { WatchedSettings } from './watched-settings.js';

/** Settings that change while the server runs, from a file that is watched. */
export default defineModule({
  name: 'dynamic-config',
  config: Type.Object({
    file: Type.String({
      default: '',
      description: 'YAML file with keys such as configuration-discovery.default.agentConfigurations; empty: none',
    }),
    interval: Duration({ default: '5s', minimum: '100ms', maximum: '1h', description: 'How often the file is read again' }),
  }),
  provides: [DynamicConfigToken],
  activate({ config, clock, logger, health, provide, onReady, own }) {
    const file = config.file === '' ? undefined : config.file;
    const settings = new WatchedSettings({ file, intervalMs: config.interval, clock, logger, health });
    provide(DynamicConfigToken, settings);
    own(settings);
    onReady(() => settings.start());
  },
});
