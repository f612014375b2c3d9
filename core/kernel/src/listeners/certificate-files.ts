import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import Type, { type Static } from 'typebox';
import type { Clock } from '../api/facilities.js';

/** Settings of a TLS listener. */
export const TlsConfig = Type.Object(
  {
    key: Type.String({ minLength: 1, description: 'File of the private key, PEM' }),
    cert: Type.String({ minLength: 1, description: 'File of the certificate chain, PEM, own certificate first' }),
    clientCa: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'File of the authorities whose clients are let in, PEM; when set, clients must show a certificate',
      }),
    ),
  },
  { description: 'TLS; the files are read again when they change' },
);
/** Paths of PEM files, as a listener of the configuration names them. */
export type TlsConfig = Static<typeof TlsConfig>;

/** The contents of the files, as `tls.createSecureContext` takes them. */
export interface TlsMaterial {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly ca?: Buffer;
}

/** How often the files are read again. */
export const CERTIFICATE_CHECK_MS = 10_000;

/**
 * The certificate of a listener, which follows its files: they are read every 10 s and compared by content, which also sees the
 * symbolic links that Kubernetes swaps. What does not load as a whole (a broken file, a key that does not fit) is reported once,
 * and the last good certificate stays.
 */
export class CertificateFiles implements Disposable {
  private refused: TlsMaterial | undefined;
  private unreadable = '';
  private timer: Disposable | undefined;
  private disposed = false;

  private constructor(
    private readonly config: TlsConfig,
    private current: TlsMaterial,
  ) {}

  /** Reads and checks the files. Throws an Error that says which file or pair is wrong. */
  static async load(config: TlsConfig): Promise<CertificateFiles> {
    const material = await read(config);
    check(material, config);
    return new CertificateFiles(config, material);
  }

  get material(): TlsMaterial {
    return this.current;
  }

  /** Calls `changed` with each new good certificate, and `failed` once for each bad one. */
  watch(clock: Clock, changed: (material: TlsMaterial) => void, failed: (error: Error) => void): void {
    if (this.disposed) return;
    this.timer = clock.setTimeout(() => {
      void this.refresh(changed, failed).then(() => this.watch(clock, changed, failed));
    }, CERTIFICATE_CHECK_MS);
  }

  /** Looks at the files now. Never rejects. */
  async refresh(changed: (material: TlsMaterial) => void, failed: (error: Error) => void): Promise<void> {
    let material: TlsMaterial;
    try {
      material = await read(this.config);
      this.unreadable = '';
    } catch (error) {
      const message = (error as Error).message;
      if (message !== this.unreadable) failed(error as Error);
      this.unreadable = message;
      return;
    }
    if (this.disposed || same(material, this.current) || (this.refused !== undefined && same(material, this.refused))) return;
    try {
      check(material, this.config);
      changed(material);
      this.current = material;
      this.refused = undefined;
    } catch (error) {
      this.refused = material;
      failed(error as Error);
    }
  }

  [Symbol.dispose](): void {
    this.disposed = true;
    this.timer?.[Symbol.dispose]();
  }
}

async function read({ key, cert, clientCa }: TlsConfig): Promise<TlsMaterial> {
  const [keyBytes, certBytes, ca] = await Promise.all([file(key), file(cert), clientCa === undefined ? undefined : file(clientCa)]);
  return { key: keyBytes, cert: certBytes, ...(ca && { ca }) };
}

async function file(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`, { cause: error });
  }
}

/** OpenSSL parses all three and compares key and certificate. */
function check(material: TlsMaterial, { key, cert, clientCa }: TlsConfig): void {
  // An authority file without a certificate would let nobody in, and OpenSSL takes it without a word.
  if (material.ca && !material.ca.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${clientCa} holds no PEM certificate`);
  try {
    createSecureContext({ ...material });
  } catch (error) {
    throw new Error(`${cert} and ${key} are no usable certificate and key: ${(error as Error).message}`, { cause: error });
  }
}

const same = (a: TlsMaterial, b: TlsMaterial): boolean =>
  a.key.equals(b.key) && a.cert.equals(b.cert) && (a.ca === undefined ? b.ca === undefined : b.ca !== undefined && a.ca.equals(b.ca));
