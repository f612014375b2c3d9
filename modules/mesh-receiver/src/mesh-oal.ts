/**
 * What requests spend inside sidecars, nanoseconds. Source: analysis.md 2.5. Only what meshes report counts: for everything else these would be
 * columns of zeros, and zeros in the average of a service that agents report as well.
 */
export const MESH_OAL = `
// Services, instances and endpoints, in their own sidecars.
service_sidecar_internal_req_latency_nanos = from(Service.sideCar.internalRequestLatencyNanos).filter(layer == "MESH").longAvg();
service_sidecar_internal_resp_latency_nanos = from(Service.sideCar.internalResponseLatencyNanos).filter(layer == "MESH").longAvg();
service_instance_sidecar_internal_req_latency_nanos = from(ServiceInstance.sideCar.internalRequestLatencyNanos)
  .filter(serviceLayer == "MESH").longAvg();
service_instance_sidecar_internal_resp_latency_nanos = from(ServiceInstance.sideCar.internalResponseLatencyNanos)
  .filter(serviceLayer == "MESH").longAvg();
endpoint_sidecar_internal_req_latency_nanos = from(Endpoint.sideCar.internalRequestLatencyNanos)
  .filter(serviceLayer == "MESH").longAvg();
endpoint_sidecar_internal_resp_latency_nanos = from(Endpoint.sideCar.internalResponseLatencyNanos)
  .filter(serviceLayer == "MESH").longAvg();

// Calls between services, in the sidecar of the caller and in that of the callee.
service_client_sidecar_internal_req_latency_nanos = from(ServiceRelation.sideCar.internalRequestLatencyNanos)
  .filter(destLayer == "MESH").filter(detectPoint == DetectPoint.CLIENT).longAvg();
service_client_sidecar_internal_resp_latency_nanos = from(ServiceRelation.sideCar.internalResponseLatencyNanos)
  .filter(destLayer == "MESH").filter(detectPoint == DetectPoint.CLIENT).longAvg();
service_server_sidecar_internal_req_latency_nanos = from(ServiceRelation.sideCar.internalRequestLatencyNanos)
  .filter(destLayer == "MESH").filter(detectPoint == DetectPoint.SERVER).longAvg();
service_server_sidecar_internal_resp_latency_nanos = from(ServiceRelation.sideCar.internalResponseLatencyNanos)
  .filter(destLayer == "MESH").filter(detectPoint == DetectPoint.SERVER).longAvg();

// Calls between instances.
instance_client_sidecar_internal_req_latency_nanos = from(ServiceInstanceRelation.sideCar.internalRequestLatencyNanos)
  .filter(destServiceLayer == "MESH").filter(detectPoint == DetectPoint.CLIENT).longAvg();
instance_client_sidecar_internal_resp_latency_nanos = from(ServiceInstanceRelation.sideCar.internalResponseLatencyNanos)
  .filter(destServiceLayer == "MESH").filter(detectPoint == DetectPoint.CLIENT).longAvg();
instance_server_sidecar_internal_req_latency_nanos = from(ServiceInstanceRelation.sideCar.internalRequestLatencyNanos)
  .filter(destServiceLayer == "MESH").filter(detectPoint == DetectPoint.SERVER).longAvg();
instance_server_sidecar_internal_resp_latency_nanos = from(ServiceInstanceRelation.sideCar.internalResponseLatencyNanos)
  .filter(destServiceLayer == "MESH").filter(detectPoint == DetectPoint.SERVER).longAvg();
`.trimStart();
