import { type GrpcMethod, type Meter, StatusError } from '@skein/core';
import { encodeCommands } from '@skein/proto';
import { skywalking } from '@skein/proto/configuration';
import type { AgentSettings } from './agent-settings.js';

const { ConfigurationSyncRequest } = skywalking.v3;
const NO_COMMANDS = new Uint8Array(0);

/**
 * Tells an agent the settings of its service, all of them at once, unless it has them already. There is always an answer: agents that find the
 * method missing never ask again. Source: receivers.md 6.10.
 */
export function configurationMethod(listener: string, settings: AgentSettings, disableDigest: boolean, meter: Meter): GrpcMethod {
  const asked = meter.counter('configuration_requests_total', 'Requests of agents for their settings, by outcome');
  meter.gauge('configured_services', 'Services that the settings for agents name', () => settings.size);
  return {
    listener,
    path: '/skywalking.v3.ConfigurationDiscoveryService/fetchConfigurations',
    kind: 'unary',
    handle: (request) => {
      const { service, uuid } = decode(request, () => asked.add(1, { outcome: 'malformed' }));
      const known = settings.of(service);
      if (!disableDigest && uuid === known.uuid) {
        asked.add(1, { outcome: 'unchanged' });
        return NO_COMMANDS;
      }
      asked.add(1, { outcome: 'sent' });
      return encodeCommands([{ name: 'ConfigurationDiscoveryCommand', args: [['UUID', known.uuid], ...known.items] }]);
    },
  };
}

function decode(request: Uint8Array, malformed: () => void): { readonly service: string; readonly uuid: string } {
  try {
    return ConfigurationSyncRequest.decode(request);
  } catch (error) {
    malformed();
    throw new StatusError('INVALID_ARGUMENT', `the request is no ConfigurationSyncRequest: ${(error as Error).message}`, { cause: error });
  }
}
