import { createToken, type ListenerAddress } from '@skein/core';

/** Where each gRPC listener is reachable, by its name; empty until the module is ready. */
export const GrpcAddressesToken = createToken<ReadonlyMap<string, ListenerAddress>>('grpc-addresses');
