const LEVELS: Readonly<Record<number, string>> = {
  3: 'MESH GENERAL SO11Y_OAP VIRTUAL_DATABASE VIRTUAL_MQ',
  2: 'MYSQL POSTGRESQL APISIX NGINX ROCKETMQ CLICKHOUSE RABBITMQ KAFKA PULSAR ACTIVEMQ KONG AIRFLOW',
  1: 'MESH_DP CILIUM_SERVICE',
  0: 'K8S_SERVICE',
};

/** Which layers stand on which, query.md 3.6. */
export const LAYER_LEVELS = Object.entries(LEVELS).flatMap(([level, layers]) =>
  layers.split(' ').map((layer) => ({ layer, level: Number(level) })),
);
