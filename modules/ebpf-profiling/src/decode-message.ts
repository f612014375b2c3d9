/** Bytes that are not the message they should be. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

/** A generated message class. */
interface MessageType<T> {
  readonly name: string;
  decode(bytes: Uint8Array): T;
}

/** Decodes a message whole. Throws {@link MalformedMessageError}: the decoder itself throws errors of several classes. */
export function decodeMessage<T>(type: MessageType<T>, bytes: Uint8Array): T {
  try {
    return type.decode(bytes);
  } catch (error) {
    throw new MalformedMessageError(`not a ${type.name}: ${(error as Error).message}`, { cause: error });
  }
}
