import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The token check of agents: metadata `authentication` holds exactly the token, without a scheme word. Takes the same time for any wrong token. */
export class TokenCheck {
  private readonly expected: Buffer;

  constructor(token: string) {
    this.expected = digest(token);
  }

  accepts(metadata: Metadata): boolean {
    const values = metadata.get('authentication');
    return values.length === 1 && timingSafeEqual(digest(String(values[0])), this.expected);
  }
}
