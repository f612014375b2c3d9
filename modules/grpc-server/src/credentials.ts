import { ServerCredentials } from '@grpc/grpc-js';
import type { TlsMaterial } from '@skein/core';

/** TLS credentials whose certificate can be exchanged while connections stay up. New connections get the new one. */
export class ReloadableCredentials extends ServerCredentials {
  constructor(material: TlsMaterial) {
    super({ requestCert: material.ca !== undefined, rejectUnauthorized: material.ca !== undefined }, { ...material });
  }

  reload(material: TlsMaterial): void {
    this.updateSecureContextOptions({ ...material });
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
