import { instancePingFromJson, instancePropertiesFromJson, parseJson, skywalking } from '@skein/proto';
import type { Observation } from '@skein/telemetry';
import type { InstanceObservations, Property } from './instance-observations.js';

const { InstancePingPkg, InstanceProperties } = skywalking.v3;

/** One kind of report: where it is sent to, and what it means. */
export interface Report {
  /** Method of the gRPC service. */
  readonly method: string;
  /** Path under `/v3/management`. */
  readonly path: string;
  /** Throws when the bytes are not the message. */
  readonly fromProtobuf: (bytes: Uint8Array, now: number) => Observation;
  readonly fromJson: (bytes: Uint8Array, now: number) => Observation;
}

/** The fields of both messages, as a decoder leaves them. */
interface Fields {
  readonly service?: string | null;
  readonly serviceInstance?: string | null;
  readonly layer?: string | null;
  readonly properties?: ReadonlyArray<Partial<{ readonly [K in keyof Property]: string | null }>> | null;
}

/** The two reports of receivers.md 6.3. */
export function reports(instances: InstanceObservations): readonly Report[] {
  const properties = ({ service, serviceInstance, properties: list }: Fields, now: number): Observation =>
    instances.properties(
      service ?? '',
      serviceInstance ?? '',
      (list ?? []).map(({ key, value }) => ({ key: key ?? '', value: value ?? '' })),
      now,
    );
  const keepAlive = ({ service, serviceInstance, layer }: Fields, now: number): Observation =>
    instances.keepAlive(service ?? '', serviceInstance ?? '', layer ?? '', now);
  return [
    {
      method: 'reportInstanceProperties',
      path: 'reportProperties',
      fromProtobuf: (bytes, now) => properties(InstanceProperties.decode(bytes), now),
      fromJson: (bytes, now) => properties(instancePropertiesFromJson(parseJson(bytes)), now),
    },
    {
      method: 'keepAlive',
      path: 'keepAlive',
      fromProtobuf: (bytes, now) => keepAlive(InstancePingPkg.decode(bytes), now),
      fromJson: (bytes, now) => keepAlive(instancePingFromJson(parseJson(bytes)), now),
    },
  ];
}
