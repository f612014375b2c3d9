/** Asks a server's /graphql as a user interface does. */
export class GraphqlClient {
  constructor(private readonly base: string) {}

  /** The data; throws with the first error's message when the reply holds any. */
  async query<T>(query: string, variables: object = {}): Promise<T> {
    const response = await fetch(`${this.base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: readonly { readonly message: string }[] };
    if (errors !== undefined) throw new Error(`${errors[0]?.message} (HTTP ${response.status}) in ${query}`);
    return data;
  }

  /** The day and the minutes around now in the server's zone, as durations. */
  async durations(): Promise<{ readonly day: Duration; readonly minutes: Duration }> {
    const { getTimeInfo } = await this.query<{ getTimeInfo: { timezone: string; currentTimestamp: number } }>(
      'query { getTimeInfo { timezone currentTimestamp } }',
    );
    const { timezone, currentTimestamp } = getTimeInfo;
    const sign = timezone.startsWith('-') ? -1 : 1;
    const offset = sign * (Number(timezone.slice(1, 3)) * 60 + Number(timezone.slice(3, 5))) * 60_000;
    const wall = (ms: number): string => new Date(ms + offset).toISOString();
    const day = wall(currentTimestamp).slice(0, 10);
    const minute = (ms: number): string => wall(ms).slice(0, 16).replace('T', ' ').replace(':', '');
    return {
      day: { start: day, end: day, step: 'DAY' },
      minutes: { start: minute(currentTimestamp - 30 * 60_000), end: minute(currentTimestamp + 60_000), step: 'MINUTE' },
    };
  }

  /** Non-empty values of an expression, by the text of their labels (`''` for none). */
  async expression(expression: string, entity: object, duration: Duration): Promise<Record<string, number[]>> {
    const { execExpression } = await this.query<{ execExpression: ExpressionResult }>(
      `query ($expression: String!, $entity: Entity!, $duration: Duration!) {
        execExpression(expression: $expression, entity: $entity, duration: $duration) {
          type error results { metric { labels { key value } } values { id value } }
        }
      }`,
      { expression, entity, duration },
    );
    if (execExpression.error !== null) throw new Error(`${execExpression.error} in ${expression}`);
    return Object.fromEntries(
      execExpression.results.map(({ metric, values }) => [
        metric.labels.map((l) => `${l.key}=${l.value}`).join(','),
        values.flatMap((v) => (v.value === null ? [] : [Number(v.value)])),
      ]),
    );
  }
}

export interface Duration {
  readonly start: string;
  readonly end: string;
  readonly step: 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND';
}

interface ExpressionResult {
  readonly type: string;
  readonly error: string | null;
  readonly results: ReadonlyArray<{
    readonly metric: { readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> };
    readonly values: ReadonlyArray<{ readonly id: string; readonly value: string | null }>;
  }>;
}
