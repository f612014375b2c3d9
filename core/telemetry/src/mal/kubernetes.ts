/** What is known of a Kubernetes cluster. */
export interface KubernetesMetadata {
  /** Name of the service that a pod belongs to; undefined where that is not known. */
  serviceOfPod(pod: string, namespace: string): string | undefined;
}
