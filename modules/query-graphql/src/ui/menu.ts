/** A row of the menu, as the protocol has it. */
export interface MenuItem {
  readonly title: string;
  readonly icon: string;
  /** Empty for a group. */
  readonly layer: string;
  /** There is something to see. */
  readonly activate: boolean;
  readonly subItems: readonly MenuItem[];
  readonly description: string;
  readonly documentLink: string;
  /** By which the interface finds the title and the description in the reader's language. */
  readonly i18nKey: string;
}

type Entry = readonly [title: string, layer: string, key: string];
/** A group without entries is itself one. The key is also the name of the icon. */
type Group = readonly [title: string, key: string, entries: readonly Entry[] | string];

/** Titles, keys and order are those that interfaces know; the titles are part of their addresses. Source: query.md 6.2, 6.3. */
const GROUPS: readonly Group[] = [
  [
    'General Service',
    'general_service',
    [
      ['Services', 'GENERAL', 'general_service_services'],
      ['Virtual Database', 'VIRTUAL_DATABASE', 'general_service_virtual_database'],
      ['Virtual Cache', 'VIRTUAL_CACHE', 'general_service_virtual_cache'],
      ['Virtual MQ', 'VIRTUAL_MQ', 'general_service_virtual_mq'],
    ],
  ],
  [
    'Service Mesh',
    'service_mesh',
    [
      ['Services', 'MESH', 'service_mesh_service'],
      ['Control Plane', 'MESH_CP', 'service_mesh_control_plane'],
      ['Data Plane', 'MESH_DP', 'service_mesh_data_plane'],
    ],
  ],
  [
    'Kubernetes',
    'kubernetes',
    [
      ['Cluster', 'K8S', 'kubernetes_cluster'],
      ['Service', 'K8S_SERVICE', 'kubernetes_service'],
    ],
  ],
  ['Cilium', 'cilium', [['Service', 'CILIUM_SERVICE', 'cilium_service']]],
  [
    'Infrastructure',
    'infrastructure',
    [
      ['Linux', 'OS_LINUX', 'infrastructure_linux'],
      ['Windows', 'OS_WINDOWS', 'infrastructure_windows'],
    ],
  ],
  [
    'AWS Cloud',
    'aws_cloud',
    [
      ['EKS', 'AWS_EKS', 'aws_cloud_eks'],
      ['S3', 'AWS_S3', 'aws_cloud_s3'],
      ['DynamoDB', 'AWS_DYNAMODB', 'aws_cloud_dynamodb'],
      ['API Gateway', 'AWS_GATEWAY', 'aws_cloud_api_gateway'],
    ],
  ],
  ['Browser', 'browser', 'BROWSER'],
  [
    'Gateway',
    'gateway',
    [
      ['Nginx', 'NGINX', 'gateway_nginx'],
      ['APISIX', 'APISIX', 'gateway_apisix'],
      ['Kong', 'KONG', 'gateway_kong'],
    ],
  ],
  [
    'Database',
    'database',
    [
      ['MySQL/MariaDB', 'MYSQL', 'database_mysql_mariadb'],
      ['PostgreSQL', 'POSTGRESQL', 'database_postgresql'],
      ['Redis', 'REDIS', 'database_redis'],
      ['Elasticsearch', 'ELASTICSEARCH', 'database_elasticsearch'],
      ['MongoDB', 'MONGODB', 'database_mongodb'],
      ['BookKeeper', 'BOOKKEEPER', 'database_bookkeeper'],
      ['ClickHouse', 'CLICKHOUSE', 'database_clickhouse'],
    ],
  ],
  [
    'Message Queue',
    'mq',
    [
      ['RabbitMQ', 'RABBITMQ', 'mq_rabbitmq'],
      ['Kafka', 'KAFKA', 'mq_kafka'],
      ['Pulsar', 'PULSAR', 'mq_pulsar'],
      ['RocketMQ', 'ROCKETMQ', 'mq_rocketmq'],
      ['ActiveMQ', 'ACTIVEMQ', 'mq_activemq'],
    ],
  ],
  ['Data Processing Engine', 'data_processing_engine', [['Flink', 'FLINK', 'data_processing_engine_flink']]],
  ['Workflow Scheduler', 'workflow_scheduler', [['Airflow', 'AIRFLOW', 'workflow_scheduler_airflow']]],
  [
    'Mobile',
    'mobile',
    [
      ['iOS', 'IOS', 'mobile_ios'],
      ['WeChat Mini Program', 'WECHAT_MINI_PROGRAM', 'mobile_wechat_mini_program'],
      ['Alipay Mini Program', 'ALIPAY_MINI_PROGRAM', 'mobile_alipay_mini_program'],
    ],
  ],
  [
    'GenAI',
    'gen_ai',
    [
      ['Virtual GenAI', 'VIRTUAL_GENAI', 'virtual_gen_ai'],
      ['Envoy AI Gateway', 'ENVOY_AI_GATEWAY', 'envoy_ai_gateway'],
    ],
  ],
  [
    'Self Observability',
    'self_observability',
    [
      ['SkyWalking Server', 'SO11Y_OAP', 'self_observability_oap'],
      ['Satellite', 'SO11Y_SATELLITE', 'self_observability_satellite'],
      ['BanyanDB Server', 'BANYANDB', 'self_observability_banyandb'],
      ['SkyWalking Java Agent', 'SO11Y_JAVA_AGENT', 'self_observability_java_agent'],
      ['SkyWalking Go Agent', 'SO11Y_GO_AGENT', 'self_observability_go_agent'],
    ],
  ],
];

const KNOWN_LAYERS: ReadonlySet<string> = new Set(
  GROUPS.flatMap(([, , entries]) => (typeof entries === 'string' ? [entries] : entries.map(([, layer]) => layer))),
);

/**
 * The menu: what has a dashboard to open, `activate` where there are services. Layers with dashboards that interfaces do not know stand in a
 * group of their own, with their name for a title.
 * @param withDashboard layers that have a root dashboard
 * @param withServices layers of the services that there are
 */
export function menuOf(withDashboard: ReadonlySet<string>, withServices: ReadonlySet<string>): readonly MenuItem[] {
  const entriesOf = (entries: readonly Entry[]): readonly MenuItem[] =>
    entries
      .filter(([, layer]) => withDashboard.has(layer))
      .map(([title, layer, key]) => row({ title, layer, i18nKey: key, activate: withServices.has(layer) }));
  const others = [...withDashboard].filter((layer) => !KNOWN_LAYERS.has(layer)).sort();
  const groups: readonly Group[] = [...GROUPS, ['Others', '', others.map((layer): Entry => [layer, layer, ''])]];
  return groups.flatMap(([title, key, entries]) => {
    const icon = key || 'dashboard_customize';
    if (typeof entries === 'string') {
      if (!withDashboard.has(entries)) return [];
      return [row({ title, icon, layer: entries, i18nKey: key, activate: withServices.has(entries) })];
    }
    const subItems = entriesOf(entries);
    return subItems.length === 0 ? [] : [row({ title, icon, i18nKey: key, activate: subItems.some((item) => item.activate), subItems })];
  });
}

const row = (set: Partial<MenuItem> & Pick<MenuItem, 'title' | 'activate' | 'i18nKey'>): MenuItem => ({
  icon: '',
  layer: '',
  subItems: [],
  description: '',
  documentLink: '',
  ...set,
});
