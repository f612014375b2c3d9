import { createToken, type ListenerAddress } from '@skein/core';

/** Where each HTTP listener is reachable, by its name; empty until the module is ready. */
export const HttpAddressesToken = createToken<ReadonlyMap<string, ListenerAddress>>('http-addresses');
