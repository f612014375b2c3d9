import { BYTES, MalformedError, VARINT, WireReader } from '@skein/proto';

/** Messages of a profile (samples, labels, locations, lines, functions ...) in all. A Go process with 100 000 stacks has about a million. */
const MAX_MESSAGES = 4_000_000;
/** Numbers in lists (frames and values of samples) in all. */
const MAX_NUMBERS = 30_000_000;

/** What a field holds: a number, a list of numbers, bytes of any kind, or a message. */
type Shape = 'number' | 'numbers' | 'bytes' | Message;
/** Shapes by field number; other fields are passed over. */
interface Message {
  readonly [field: number]: Shape;
}

const VALUE_TYPE: Message = { 1: 'number', 2: 'number' };
const LABEL: Message = { 1: 'number', 2: 'number', 3: 'number', 4: 'number' };
const LINE: Message = { 1: 'number', 2: 'number', 3: 'number' };
const PROFILE: Message = {
  1: VALUE_TYPE,
  2: { 1: 'numbers', 2: 'numbers', 3: LABEL },
  3: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i + 1, 'number' as const])),
  4: { 1: 'number', 2: 'number', 3: 'number', 4: LINE, 5: 'number' },
  5: { 1: 'number', 2: 'number', 3: 'number', 4: 'number', 5: 'number' },
  6: 'bytes',
  7: 'number',
  8: 'number',
  9: 'number',
  10: 'number',
  11: VALUE_TYPE,
  12: 'number',
  13: 'numbers',
  14: 'number',
  15: 'number',
};

/**
 * Checks that bytes are a profile.proto message of a size that can be held in memory. The decoder of pprof-format trusts its input: it takes
 * what is cut short, and hostile numbers and counts cost it hours and gigabytes. Throws MalformedError.
 */
export function checkPprof(bytes: Buffer): void {
  const reader = new WireReader(bytes);
  const left = { messages: MAX_MESSAGES, numbers: MAX_NUMBERS };
  checkMessage(reader, PROFILE, left);
}

function checkMessage(reader: WireReader, message: Message, left: { messages: number; numbers: number }): void {
  if (--left.messages < 0) throw new MalformedError(`more than ${MAX_MESSAGES} messages`, reader.at);
  while (reader.next()) {
    const shape = message[reader.field];
    if (shape === undefined) reader.skip();
    else if (shape === 'number') checkNumber(reader);
    else if (shape === 'numbers') checkNumbers(reader, left);
    else if (shape === 'bytes') {
      reader.expect(BYTES);
      reader.skip();
    } else {
      const outer = reader.enter();
      checkMessage(reader, shape, left);
      reader.leave(outer);
    }
  }
}

function checkNumber(reader: WireReader): void {
  reader.expect(VARINT);
  reader.skip();
}

/** Packed or one by one. */
function checkNumbers(reader: WireReader, left: { numbers: number }): void {
  let count = 0;
  if (reader.type === VARINT) {
    reader.skip();
    count = 1;
  } else {
    const outer = reader.enter();
    for (; reader.at < reader.end; count++) reader.varint32();
    reader.leave(outer);
  }
  left.numbers -= count;
  if (left.numbers < 0) throw new MalformedError(`more than ${MAX_NUMBERS} numbers in lists`, reader.at);
}
