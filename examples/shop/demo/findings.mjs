// Asks the server what it found, over /graphql, as any client would.

const pad = (n) => String(n).padStart(2, '0');

export class Findings {
  constructor(base) {
    this.base = base;
  }

  async query(query, variables = {}) {
    const response = await fetch(`${this.base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors !== undefined) throw new Error(errors[0].message);
    return data;
  }

  /** The last minutes, in the server's zone. */
  async lastMinutes(count) {
    const { getTimeInfo } = await this.query('query { getTimeInfo { timezone currentTimestamp } }');
    const { timezone, currentTimestamp } = getTimeInfo;
    const offset = (timezone.startsWith('-') ? -1 : 1) * (Number(timezone.slice(1, 3)) * 60 + Number(timezone.slice(3, 5))) * 60_000;
    const text = (ms) => {
      const d = new Date(ms + offset);
      return `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())} ${pad(d.getUTCHours())}${pad(d.getUTCMinutes())}`;
    };
    return { start: text(currentTimestamp - (count - 1) * 60_000), end: text(currentTimestamp), step: 'MINUTE' };
  }

  async services() {
    return (await this.query('query { listServices { name normal layers } }')).listServices;
  }

  async topology(duration) {
    const query =
      'query ($d: Duration!) { getGlobalTopology(duration: $d) { nodes { id name type isReal } calls { source target detectPoints } } }';
    return (await this.query(query, { d: duration })).getGlobalTopology;
  }

  /** Series of a metric of a service, one for each set of labels; a number or null for each minute. */
  async metric(expression, service, duration) {
    const query = `query ($e: String!, $entity: Entity!, $d: Duration!) {
      execExpression(expression: $e, entity: $entity, duration: $d) { error results { values { value } } } }`;
    const entity = { serviceName: service.name, normal: service.normal };
    const { execExpression } = await this.query(query, { e: expression, entity, d: duration });
    if (execExpression.error !== null) throw new Error(execExpression.error);
    return execExpression.results.map(({ values }) => values.map(({ value }) => (value === null ? null : Number(value))));
  }

  /** The slowest statements of a database. */
  async slowStatements(database, duration) {
    if (database === undefined) return [];
    const condition = {
      name: 'top_n_database_statement',
      parentEntity: { serviceName: database.name, normal: false },
      topN: 3,
      order: 'DES',
    };
    const query = 'query ($c: RecordCondition!, $d: Duration!) { readRecords(condition: $c, duration: $d) { name value } }';
    return (await this.query(query, { c: condition, d: duration })).readRecords;
  }

  /** Spans of the slowest trace. */
  async slowestTrace(duration) {
    const condition = { queryDuration: duration, traceState: 'ALL', queryOrder: 'BY_DURATION', paging: { pageNum: 1, pageSize: 1 } };
    const { queryBasicTraces } = await this.query(
      'query ($c: TraceQueryCondition) { queryBasicTraces(condition: $c) { traces { traceIds } } }',
      { c: condition },
    );
    const id = queryBasicTraces.traces[0]?.traceIds[0];
    if (id === undefined) return [];
    const query = `query ($id: ID!) { queryTrace(traceId: $id) { spans {
      segmentId spanId parentSpanId serviceCode endpointName startTime endTime isError refs { parentSegmentId parentSpanId } } } }`;
    return (await this.query(query, { id })).queryTrace.spans;
  }
}
