import { ServerCredentials } from '@grpc/grpc-js';
import type { TlsMaterial } from '@skein/core';

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** TLS credentials whose certificate can be exchanged while connections stay up. New connections get the new one. */
export class ReloadableCredentials extends ServerCredentials {
  constructor(material: TlsMaterial) {
    const mutual = material.ca !== undefined;
    super({ requestCert: mutual, rejectUnauthorized: mutual, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }, { ...material });
  }

  reload(material: TlsMaterial): void {
    this.updateSecureContextOptions({ ...material });
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
