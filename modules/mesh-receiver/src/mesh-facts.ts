import { MeshDetectPoint, type MeshItem, MeshProtocol } from '@skein/proto/mesh';
import { DetectPoint, NO_SIDE_CAR, RequestType, type SideCar } from '@skein/telemetry';
import type { CallSpan, Connection, Facts } from '@skein/telemetry/traffic';

/** Components of the library that stand for protocols, analysis.md 5.9. */
const GRPC = 23;
const HTTP = 49;
const RPC = 50;
/** The component of connections. */
export const TCP = 110;

const NO_TAGS: readonly string[] = [];
const noTag = (): undefined => undefined;

/**
 * A request that a proxy saw, as sources tell of it. It keeps nothing of the message's bytes. Fields are declared, not initialised: each is then
 * written once.
 */
export class MeshFacts implements Facts, CallSpan {
  declare readonly time: number;
  declare readonly latency: number;
  declare readonly status: boolean;
  declare readonly httpResponseStatusCode: number;
  declare readonly rpcStatusCode: string | undefined;
  declare readonly type: number;
  declare readonly sideCar: SideCar;
  declare readonly tlsMode: string;
  declare readonly componentId: number;
  declare readonly operationName: string;

  constructor(item: MeshItem) {
    this.time = item.startTime;
    // A negative latency would make the average of its minute absurd.
    this.latency = Math.max(0, item.latency);
    this.status = item.status;
    this.httpResponseStatusCode = item.responseCode;
    this.rpcStatusCode = undefined;
    this.type = typeOf(item.protocol);
    this.sideCar = sideCarOf(item);
    this.tlsMode = item.tlsMode;
    this.componentId = componentOf(item.protocol);
    this.operationName = item.endpoint;
  }

  get tags(): readonly string[] {
    return NO_TAGS;
  }

  get tag(): () => undefined {
    return noTag;
  }
}

/** A connection that a proxy saw, as sources tell of it. */
export const connectionFacts = (item: MeshItem): Connection['facts'] => ({
  time: item.startTime,
  receivedBytes: item.receivedBytes,
  sentBytes: item.sentBytes,
  sideCar: sideCarOf(item),
  tlsMode: item.tlsMode,
});

/** The wire's numbers differ from those of sources. */
export function detectPointOf(item: MeshItem): number {
  switch (item.detectPoint) {
    case MeshDetectPoint.client:
      return DetectPoint.CLIENT;
    case MeshDetectPoint.server:
      return DetectPoint.SERVER;
    case MeshDetectPoint.proxy:
      return DetectPoint.PROXY;
    default:
      return DetectPoint.UNRECOGNIZED;
  }
}

function typeOf(protocol: number): number {
  if (protocol === MeshProtocol.HTTP) return RequestType.HTTP;
  return protocol === MeshProtocol.gRPC ? RequestType.gRPC : RequestType.RPC;
}

function componentOf(protocol: number): number {
  if (protocol === MeshProtocol.HTTP) return HTTP;
  return protocol === MeshProtocol.gRPC ? GRPC : RPC;
}

function sideCarOf({ internalErrorCode, internalRequestLatencyNanos, internalResponseLatencyNanos }: MeshItem): SideCar {
  if (internalErrorCode === '' && internalRequestLatencyNanos === 0 && internalResponseLatencyNanos === 0) return NO_SIDE_CAR;
  return {
    internalErrorCode: internalErrorCode === '' ? undefined : internalErrorCode,
    internalRequestLatencyNanos,
    internalResponseLatencyNanos,
  };
}
