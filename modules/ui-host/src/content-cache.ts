/** What is sent for a file in one encoding. */
export interface Content {
  readonly body: Buffer;
  /** Strong: other bytes have another one. */
  readonly etag: string;
}

/** Contents by a key, the longest unused thrown away when they take more than `maxBytes`. The same one is made once, however many ask for it. */
export class ContentCache {
  private readonly kept = new Map<string, Content>();
  private readonly making = new Map<string, Promise<Content>>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(key: string, make: () => Promise<Content>): Promise<Content> {
    const found = this.kept.get(key);
    if (found !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, found);
      return Promise.resolve(found);
    }
    const running = this.making.get(key) ?? this.make(key, make);
    this.making.set(key, running);
    return running;
  }

  private async make(key: string, make: () => Promise<Content>): Promise<Content> {
    try {
      const content = await make();
      this.keep(key, content);
      return content;
    } finally {
      this.making.delete(key);
    }
  }

  private keep(key: string, content: Content): void {
    if (content.body.length > this.maxBytes) return;
    this.kept.set(key, content);
    this.bytes += content.body.length;
    for (const [oldest, { body }] of this.kept) {
      if (this.bytes <= this.maxBytes) return;
      this.kept.delete(oldest);
      this.bytes -= body.length;
    }
  }
}
