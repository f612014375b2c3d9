import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const PROTO = fileURLToPath(new URL('../../../proto/', import.meta.url));

/** Encodes messages by reading our .proto files at run time: no line of it is shared with the code under test. */
export function reflectedEncoder(file: string): (message: string, fields: object) => Uint8Array {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) =>
    target.startsWith('/') ? target : `${PROTO}${target.startsWith('common/') ? 'skywalking/' : ''}${target}`;
  root.loadSync(file);
  return (message, fields) => {
    const type = root.lookupType(`skywalking.v3.${message}`);
    return type.encode(type.fromObject(fields)).finish();
  };
}
