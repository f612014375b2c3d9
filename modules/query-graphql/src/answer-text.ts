import { nextTurn } from '@skein/query/contract';

/** Text that is written without a look at the clock. */
const PART = 65_536;
const MOST_ITEMS = 1024;
const SLICE_MS = 5;

/** Writes JSON in parts and gives way between them: `JSON.stringify` of a large answer would hold up everything else. */
class AnswerWriter {
  readonly #parts: Buffer[] = [];
  #text = '';
  #begun = performance.now();

  async write(value: unknown): Promise<void> {
    if (Array.isArray(value)) await this.#list(value);
    else if (typeof value === 'object' && value !== null) await this.#object(value);
    else await this.#add(JSON.stringify(value) ?? 'null');
  }

  bytes(): Buffer {
    this.#cutPart();
    return Buffer.concat(this.#parts);
  }

  async #object(object: object): Promise<void> {
    let sign = '{';
    for (const [name, value] of Object.entries(object)) {
      await this.#add(`${sign}${JSON.stringify(name)}:`);
      await this.write(value);
      sign = ',';
    }
    await this.#add(sign === '{' ? '{}' : '}');
  }

  /** As many items at a time as their predecessors let expect of a part. */
  async #list(list: readonly unknown[]): Promise<void> {
    let sign = '[';
    let count = 1;
    for (let from = 0; from < list.length; ) {
      const text = JSON.stringify(list.slice(from, from + count));
      await this.#add(`${sign}${text.slice(1, -1)}`);
      sign = ',';
      from += count;
      count = Math.max(1, Math.min(MOST_ITEMS, Math.floor((count * PART) / text.length)));
    }
    await this.#add(sign === '[' ? '[]' : ']');
  }

  async #add(text: string): Promise<void> {
    this.#text += text;
    if (this.#text.length < PART) return;
    this.#cutPart();
    if (performance.now() - this.#begun < SLICE_MS) return;
    await nextTurn();
    this.#begun = performance.now();
  }

  #cutPart(): void {
    this.#parts.push(Buffer.from(this.#text, 'utf8'));
    this.#text = '';
  }
}

/** An answer as JSON in UTF-8. */
export async function answerText(answer: object): Promise<Uint8Array> {
  const writer = new AnswerWriter();
  await writer.write(answer);
  return writer.bytes();
}
