import type { Directory, EndpointNode, InstanceNode, ServiceNode } from '@skein/telemetry/traffic';

/** Who reported the spans of one segment. */
export class Reporter {
  private name = '';
  private node: EndpointNode | undefined;

  constructor(
    private readonly directory: Directory,
    readonly service: ServiceNode,
    readonly instance: InstanceNode,
  ) {}

  /** One of its endpoints. The entry span and the record of a segment name the same one: it is asked for once. */
  endpoint(name: string): EndpointNode {
    if (this.node === undefined || this.name !== name) {
      this.node = this.directory.endpoint(this.service, name);
      this.name = name;
    }
    return this.node;
  }
}
