// protobufjs runtime of the generated code: 64-bit integers are read as numbers, and
// the shared protobufjs instance, which an embedding program may use too, stays as it was.
import protobuf from 'protobufjs/minimal.js';

const num = (v) => (typeof v === 'number' ? v : v.toNumber());
class Reader extends protobuf.BufferReader {
  static create(bytes) {
    return new Reader(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  int64() {
    return num(super.int64());
  }
  uint64() {
    return num(super.uint64());
  }
  sint64() {
    return num(super.sint64());
  }
  fixed64() {
    return num(super.fixed64());
  }
  sfixed64() {
    return num(super.sfixed64());
  }
}
Reader.recursionLimit = protobuf.Reader.recursionLimit;
export default { ...protobuf, Reader };
