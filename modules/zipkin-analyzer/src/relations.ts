import type { Layer } from '@skein/telemetry';
import { type Call, type Directory, EndpointRelationTraffic, RelationTraffic, type Side } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';

/** Whom a request without a caller comes from. */
const USER = 'User';

/** Makes the sides of calls, and the sources of the relations between them. */
export class Relations {
  constructor(readonly directory: Directory) {}

  /** A service that is known only by its name; `instance` may be ''. */
  named(name: string, instance: string, normal: boolean, layer: Layer): Side {
    return this.directory.instance(this.directory.service(name, normal), instance).side(layer);
  }

  /** Where a request comes from that nobody made whom we know. */
  user(): Side {
    const { service, instance, layer } = this.named(USER, USER, false, 'UNDEFINED');
    return { service, instance, layer, endpoint: this.directory.endpoint(service, USER), endpointLayer: layer };
  }

  /** Between services, and between instances where both are known. */
  services(call: Call, findings: Findings): void {
    const { from, to } = call;
    if (from.instance.name === '' || to.instance.name === '') {
      findings.source(new RelationTraffic(this.directory.serviceRelation(from.service, to.service), call));
      return;
    }
    const instances = this.directory.instanceRelation(from.instance, to.instance);
    findings.source(new RelationTraffic(instances.services, call));
    findings.source(new RelationTraffic(instances, call));
  }

  endpoints(call: Call, findings: Findings): void {
    const { endpoint: source } = call.from;
    const { endpoint: dest } = call.to;
    if (source === undefined || dest === undefined) return;
    findings.source(new EndpointRelationTraffic(this.directory.endpointRelation(source, dest), call));
  }
}
