import type { MeshItem } from '@skein/proto/mesh';
import { type EntityUpdate, instanceUpdate } from '@skein/telemetry';
import type { InstanceNode } from '@skein/telemetry/traffic';

/** Below the size of the model's field, 64 KiB, with room for what JSON escapes. */
const MOST_BYTES = 60_000;
/** What one remembered instance costs besides its texts. */
const ENTRY_BYTES = 200;

interface Written {
  readonly minute: number;
  readonly bytes: Buffer;
}

/**
 * The properties of instances, which proxies send with every request: written once a minute, and when they change. What was written is
 * remembered within a limit of bytes; when it is full all is forgotten, and rows are written again, which storage merges.
 */
export class ReportedProperties {
  private readonly written = new Map<string, Written>();
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** Undefined if the item has none, or they are known. */
  update(instance: InstanceNode, layer: string, item: MeshItem): EntityUpdate | undefined {
    const bytes = item.destPropertyBytes;
    if (bytes.length === 0) return undefined;
    const minute = Math.floor(item.startTime / 60_000);
    const known = this.written.get(instance.id);
    if (known?.minute === minute && known.bytes.equals(bytes)) return undefined;
    this.remember(instance.id, { minute, bytes: Buffer.from(bytes) }, known);
    return instanceUpdate(instance.id, instance.name, instance.owner.id, layer, item.startTime, propertiesText(item));
  }

  /** After rows were lost on their way to storage: all of them are written again. */
  clear(): void {
    this.written.clear();
    this.held = 0;
  }

  private remember(id: string, now: Written, before: Written | undefined): void {
    this.held += now.bytes.length - (before === undefined ? -ENTRY_BYTES - id.length : before.bytes.length);
    if (this.held > this.maxBytes) {
      this.clear();
      return;
    }
    this.written.set(id, now);
  }
}

/** A JSON object of texts; of repeated keys the last counts. What does not fit into 60 kB is left out. */
function propertiesText(item: MeshItem): string {
  // Not an object literal: `__proto__` is a key like any other.
  const byKey = new Map<string, string>();
  let room = MOST_BYTES;
  for (const { key, value } of item.destProperties()) {
    room -= Buffer.byteLength(JSON.stringify(key)) + Buffer.byteLength(JSON.stringify(value)) + 2;
    if (room < 0) break;
    byKey.set(key, value);
  }
  return JSON.stringify(Object.fromEntries(byKey));
}
