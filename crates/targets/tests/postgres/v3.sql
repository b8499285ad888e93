CREATE TABLE "user" (
    id text PRIMARY KEY, name text NOT NULL, email text NOT NULL CONSTRAINT user_email_unique UNIQUE,
    email_verified boolean NOT NULL DEFAULT false, image text,
    created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now());
CREATE TABLE opportunities (
    id text PRIMARY KEY,
    user_id text NOT NULL CONSTRAINT opportunities_user_id_user_id_fk REFERENCES "user" (id) ON DELETE CASCADE,
    customer_number text NOT NULL CONSTRAINT opportunities_customer_number_unique UNIQUE,
    company_name text NOT NULL, status text NOT NULL DEFAULT 'new', raw_form_data jsonb,
    opportunity_score integer, notes text, created_at timestamp NOT NULL DEFAULT now());
CREATE TABLE conversations (
    id text PRIMARY KEY,
    opportunity_id text NOT NULL CONSTRAINT conversations_opportunity_id_opportunities_id_fk REFERENCES opportunities (id),
    case_number text CONSTRAINT conversations_case_number_unique UNIQUE,
    title text, audio_url text, transcript jsonb, created_at timestamp NOT NULL DEFAULT now());
CREATE TABLE meddic_analyses (
    id text PRIMARY KEY,
    conversation_id text NOT NULL CONSTRAINT m_c_fk REFERENCES conversations (id),
    opportunity_id text NOT NULL CONSTRAINT m_o_fk REFERENCES opportunities (id),
    overall_score integer, key_findings jsonb);
CREATE TABLE alerts (
    id text PRIMARY KEY,
    opportunity_id text NOT NULL REFERENCES opportunities (id),
    conversation_id text REFERENCES conversations (id));
INSERT INTO "user" (id, name, email) VALUES ('u', 'Owner', 'owner@example.com');
CREATE TABLE user_profiles (
    user_id text PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE, role text NOT NULL DEFAULT 'sales_rep');
