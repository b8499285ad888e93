// The tables of V3 as the application's own code defines them, written down from the column lists
// and not from what schema-push prints: the two are compared by drizzle-kit.

import { boolean, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const created = () => timestamp("created_at").defaultNow().notNull();
const updated = () => timestamp("updated_at").defaultNow().notNull();

export const user = pgTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: boolean("email_verified").default(false).notNull(),
  image: text("image"),
  createdAt: created(),
  updatedAt: updated(),
});

const owner = () => text("user_id").references(() => user.id, { onDelete: "cascade" });

export const session = pgTable(
  "session",
  {
    id: text("id").primaryKey(),
    expiresAt: timestamp("expires_at").notNull(),
    token: text("token").notNull().unique(),
    createdAt: created(),
    updatedAt: timestamp("updated_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    userId: owner().notNull(),
  },
  (table) => [index("session_userId_idx").on(table.userId)],
);

export const account = pgTable(
  "account",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: owner().notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: timestamp("access_token_expires_at"),
    refreshTokenExpiresAt: timestamp("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: created(),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (table) => [index("account_userId_idx").on(table.userId)],
);

export const verification = pgTable(
  "verification",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    createdAt: created(),
    updatedAt: updated(),
  },
  (table) => [index("verification_identifier_idx").on(table.identifier)],
);

export const userProfiles = pgTable("user_profiles", {
  userId: owner().primaryKey(),
  role: text("role").default("sales_rep").notNull(),
  department: text("department"),
  territory: text("territory"),
  slackUserId: text("slack_user_id"),
  emailNotifications: boolean("email_notifications").default(true),
  slackNotifications: boolean("slack_notifications").default(true),
  timezone: text("timezone").default("Asia/Taipei"),
  language: text("language").default("zh-TW"),
  preferences: text("preferences"),
  createdAt: created(),
  updatedAt: updated(),
});

export const opportunities = pgTable("opportunities", {
  id: text("id").primaryKey(),
  userId: owner().notNull(),
  customerNumber: text("customer_number").notNull().unique(),
  companyName: text("company_name").notNull(),
  contactName: text("contact_name"),
  contactEmail: text("contact_email"),
  contactPhone: text("contact_phone"),
  source: text("source").default("manual").notNull(),
  status: text("status").default("new").notNull(),
  utmSource: text("utm_source"),
  utmMedium: text("utm_medium"),
  utmCampaign: text("utm_campaign"),
  utmTerm: text("utm_term"),
  utmContent: text("utm_content"),
  sourceId: text("source_id"),
  landingPage: text("landing_page"),
  referrer: text("referrer"),
  firstTouchAt: timestamp("first_touch_at"),
  rawFormData: jsonb("raw_form_data"),
  opportunityScore: integer("opportunity_score"),
  meddicScore: jsonb("meddic_score"),
  industry: text("industry"),
  companySize: text("company_size"),
  notes: text("notes"),
  createdAt: created(),
  updatedAt: updated(),
  lastContactedAt: timestamp("last_contacted_at"),
});

export const conversations = pgTable("conversations", {
  id: text("id").primaryKey(),
  opportunityId: text("opportunity_id")
    .references(() => opportunities.id)
    .notNull(),
  caseNumber: text("case_number").unique(),
  title: text("title"),
  type: text("type").notNull(),
  status: text("status").default("pending").notNull(),
  audioUrl: text("audio_url"),
  transcript: jsonb("transcript"),
  summary: text("summary"),
  meddicAnalysis: jsonb("meddic_analysis"),
  extractedData: jsonb("extracted_data"),
  sentiment: text("sentiment"),
  progressScore: integer("progress_score"),
  coachingNotes: text("coaching_notes"),
  urgencyLevel: text("urgency_level"),
  storeName: text("store_name"),
  slackChannelId: text("slack_channel_id"),
  slackThreadTs: text("slack_thread_ts"),
  slackUserId: text("slack_user_id"),
  slackUsername: text("slack_username"),
  duration: integer("duration"),
  conversationDate: timestamp("conversation_date"),
  createdAt: created(),
  analyzedAt: timestamp("analyzed_at"),
  updatedAt: updated(),
  participants: jsonb("participants"),
  createdBy: text("created_by"),
});

export const meddicAnalyses = pgTable("meddic_analyses", {
  id: text("id").primaryKey(),
  conversationId: text("conversation_id")
    .references(() => conversations.id)
    .notNull(),
  opportunityId: text("opportunity_id")
    .references(() => opportunities.id)
    .notNull(),
  metricsScore: integer("metrics_score"),
  economicBuyerScore: integer("economic_buyer_score"),
  decisionCriteriaScore: integer("decision_criteria_score"),
  decisionProcessScore: integer("decision_process_score"),
  identifyPainScore: integer("identify_pain_score"),
  championScore: integer("champion_score"),
  overallScore: integer("overall_score"),
  status: text("status"),
  dimensions: jsonb("dimensions"),
  keyFindings: jsonb("key_findings"),
  nextSteps: jsonb("next_steps"),
  risks: jsonb("risks"),
  agentOutputs: jsonb("agent_outputs"),
  createdAt: created(),
});

export const alerts = pgTable("alerts", {
  id: text("id").primaryKey(),
  opportunityId: text("opportunity_id")
    .references(() => opportunities.id)
    .notNull(),
  conversationId: text("conversation_id").references(() => conversations.id),
  userId: text("user_id").references(() => user.id),
  type: text("type").notNull(),
  severity: text("severity").notNull(),
  status: text("status").default("pending").notNull(),
  title: text("title").notNull(),
  message: text("message").notNull(),
  context: jsonb("context"),
  slackNotified: boolean("slack_notified").default(false),
  slackChannelId: text("slack_channel_id"),
  slackMessageTs: text("slack_message_ts"),
  acknowledgedBy: text("acknowledged_by"),
  acknowledgedAt: timestamp("acknowledged_at"),
  resolvedBy: text("resolved_by"),
  resolvedAt: timestamp("resolved_at"),
  resolution: text("resolution"),
  createdAt: created(),
  updatedAt: updated(),
});

export const leadSources = pgTable("lead_sources", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  type: text("type").notNull(),
  description: text("description"),
  isActive: text("is_active").default("true").notNull(),
  webhookUrl: text("webhook_url"),
  webhookSecret: text("webhook_secret"),
  fieldMapping: jsonb("field_mapping"),
  totalLeads: integer("total_leads").default(0),
  lastLeadAt: timestamp("last_lead_at"),
  userId: owner(),
  createdAt: created(),
  updatedAt: updated(),
});

export const utmCampaigns = pgTable("utm_campaigns", {
  id: text("id").primaryKey(),
  utmSource: text("utm_source").notNull(),
  utmMedium: text("utm_medium"),
  utmCampaign: text("utm_campaign"),
  utmTerm: text("utm_term"),
  utmContent: text("utm_content"),
  name: text("name"),
  description: text("description"),
  startDate: timestamp("start_date"),
  endDate: timestamp("end_date"),
  totalLeads: integer("total_leads").default(0),
  totalConversions: integer("total_conversions").default(0),
  conversionRate: text("conversion_rate"),
  budget: integer("budget"),
  spent: integer("spent"),
  costPerLead: integer("cost_per_lead"),
  userId: owner(),
  firstSeenAt: timestamp("first_seen_at").defaultNow(),
  lastSeenAt: timestamp("last_seen_at").defaultNow(),
  createdAt: created(),
  updatedAt: updated(),
});

export const formSubmissions = pgTable("form_submissions", {
  id: text("id").primaryKey(),
  sourceId: text("source_id").references(() => leadSources.id),
  sourceType: text("source_type").notNull(),
  rawPayload: jsonb("raw_payload").notNull(),
  parsedData: jsonb("parsed_data"),
  status: text("status").default("pending").notNull(),
  errorMessage: text("error_message"),
  opportunityId: text("opportunity_id"),
  ipAddress: text("ip_address"),
  userAgent: text("user_agent"),
  submittedAt: timestamp("submitted_at").defaultNow().notNull(),
  processedAt: timestamp("processed_at"),
  createdAt: created(),
});
