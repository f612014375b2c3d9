/** Menu and dashboard templates of the 10.x dialect. */
export const uiSchema = /* GraphQL */ `
extend type Query {
  getMenuItems: [MenuItem!]!
  getAllTemplates: [DashboardConfiguration!]!
  getTemplate(id: String!): DashboardConfiguration
}
extend type Mutation {
  addTemplate(setting: NewDashboardSetting!): TemplateChangeStatus!
  changeTemplate(setting: DashboardSetting!): TemplateChangeStatus!
  disableTemplate(id: String!): TemplateChangeStatus!
}

type MenuItem {
  title: String!
  icon: String
  layer: String!
  "The layer has services."
  activate: Boolean!
  subItems: [MenuItem!]!
  description: String
  documentLink: String
  i18nKey: String
}
type DashboardConfiguration {
  id: String!
  "A JSON document."
  configuration: String!
}
input NewDashboardSetting {
  configuration: String!
}
input DashboardSetting {
  id: String!
  configuration: String!
}
type TemplateChangeStatus {
  id: String!
  status: Boolean!
  message: String
}
`;
