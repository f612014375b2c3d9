/** Layers by ordinal; the ordinal is the stored and wire number. Source: reference analysis.md 3.5. */
export const LAYERS = [
  'UNDEFINED',
  'MESH',
  'GENERAL',
  'OS_LINUX',
  'K8S',
  'FAAS',
  'MESH_CP',
  'MESH_DP',
  'DATABASE',
  'CACHE',
  'BROWSER',
  'SO11Y_OAP',
  'SO11Y_SATELLITE',
  'MQ',
  'VIRTUAL_DATABASE',
  'VIRTUAL_MQ',
  'VIRTUAL_GATEWAY',
  'K8S_SERVICE',
  'MYSQL',
  'VIRTUAL_CACHE',
  'POSTGRESQL',
  'APISIX',
  'AWS_EKS',
  'OS_WINDOWS',
  'AWS_S3',
  'AWS_DYNAMODB',
  'AWS_GATEWAY',
  'REDIS',
  'ELASTICSEARCH',
  'RABBITMQ',
  'MONGODB',
  'KAFKA',
  'PULSAR',
  'BOOKKEEPER',
  'NGINX',
  'ROCKETMQ',
  'CLICKHOUSE',
  'ACTIVEMQ',
  'CILIUM_SERVICE',
  'SO11Y_JAVA_AGENT',
  'KONG',
  'SO11Y_GO_AGENT',
  'FLINK',
  'BANYANDB',
  'GENAI',
  'VIRTUAL_GENAI',
  'ENVOY_AI_GATEWAY',
  'IOS',
  'WECHAT_MINI_PROGRAM',
  'ALIPAY_MINI_PROGRAM',
  'AIRFLOW',
] as const;

/** Name of a layer that ships with SkyWalking. */
export type Layer = (typeof LAYERS)[number];

const known: ReadonlySet<string> = new Set(LAYERS);

/** The layer of that name; an unknown or empty name is UNDEFINED. */
export const layerNamed = (name: string): Layer => (known.has(name) ? (name as Layer) : 'UNDEFINED');

/** Only UNDEFINED and VIRTUAL_* are not normal: their services are conjectured from their callers, and their ids end in `.0`. */
export const isNormalLayer = (layer: string): boolean => layer !== 'UNDEFINED' && !layer.startsWith('VIRTUAL_');
