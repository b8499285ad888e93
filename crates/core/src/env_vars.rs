//! Every environment variable that a program reads. `.env.example` is held against this table by a test.

/// One variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// What holds when it is not set.
    pub default: Option<&'static str>,
    /// Whether its value must not be shown.
    pub secret: bool,
}

macro_rules! variables {
    ($($(#[$kind:ident])? $constant:ident: $meaning:literal $(= $default:literal)?;)*) => {
        $(
            #[doc = $meaning]
            pub const $constant: &str = stringify!($constant);
        )*

        /// All of them, in the order of `.env.example`.
        pub const ALL: &[Variable] = &[
            $(Variable {
                name: stringify!($constant),
                meaning: $meaning,
                default: variables!(@default $($default)?),
                secret: variables!(@secret $($kind)?),
            },)*
        ];
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
    (@secret) => { false };
    (@secret secret) => { true };
}

variables! {
    #[secret] DATABASE_URL: "The V3 database, postgresql://user:password@host/name?sslmode=require";
    #[secret] DIRECT_URL: "The same for plans that change a database in place, where DATABASE_URL leads through a pooler" = "$DATABASE_URL";
    MIGRATION_USER_ID: "The V3 user who owns the opportunities" = "migration@internal.system, made when absent";
    V2_FIRESTORE: "Where V2's documents are: firestore://PROJECT[/DATABASE], gs://BUCKET/PATH, export://DIR or file://DIR" = "firestore://$FIREBASE_PROJECT_ID";
    V2_READ_PRICE: "What Firestore bills for reading 100,000 documents, in US dollars" = "0.06";
    V2_AUDIO: "Where V2's recordings are: gs://BUCKET or file://DIR" = "gs://$FIREBASE_STORAGE_BUCKET";
    V2_AUDIO_USER_PROJECT: "The project that pays for reading a requester-pays bucket";
    FIREBASE_PROJECT_ID: "The Firebase project of V2";
    FIREBASE_CLIENT_EMAIL: "The e-mail address of the service account that reads V2";
    #[secret] FIREBASE_PRIVATE_KEY: "The service account's private key; \\n stands for a line break";
    FIREBASE_STORAGE_BUCKET: "The Cloud Storage bucket of V2";
    FIRESTORE_EMULATOR_HOST: "host:port of a Firestore emulator to read from instead";
    STORAGE_EMULATOR_HOST: "http://host:port of a Cloud Storage emulator to read from instead";
    CLOUDFLARE_R2_ENDPOINT: "The S3 endpoint of R2" = "https://$CLOUDFLARE_ACCOUNT_ID.r2.cloudflarestorage.com";
    CLOUDFLARE_ACCOUNT_ID: "The Cloudflare account that R2 belongs to";
    CLOUDFLARE_R2_ACCESS_KEY: "The access key id of an R2 token with Object Read & Write";
    #[secret] CLOUDFLARE_R2_SECRET_KEY: "The token's secret access key";
    CLOUDFLARE_R2_BUCKET: "The R2 bucket of V3";
    CLOUDFLARE_R2_PUBLIC_URL: "What the URLs of recordings begin with" = "https://pub-$CLOUDFLARE_ACCOUNT_ID.r2.dev";
    AUDIO_CONCURRENCY: "Recordings copied at the same time" = "5";
    BATCH_SIZE: "Documents a transaction" = "1000";
    MAX_RETRIES: "How often a passing fault is tried again" = "3";
    #[secret] ROLLOUT_WEBHOOK_URL: "Where rollout tells steps, steps back and ends: a Slack webhook, or any receiver of JSON";
    #[secret] REDIS_URL: "A Redis that backup copies beside the database, redis://user:password@host:port";
    PG_BIN_DIR: "The folder of pg_dump, pg_restore and psql" = "where PATH or Debian has them";
    DRY_RUN: "true: plan and show, write nothing" = "false";
    VERBOSE: "true: say more" = "false";
    CONFIRM_ROLLBACK: "yes: rollback does not ask" = "no";
    #[secret] SLACK_WEBHOOK_URL: "Whom programs tell of their beginning, end and failure, and deploy-check watch of troubles: an incoming webhook of Slack";
    #[secret] NEON_API_KEY: "A key of Neon's API, for --backup neon-branch and deploy-check branch";
    NEON_PROJECT_ID: "The Neon project whose database gets a branch";
    NEON_API_URL: "Neon's API" = "https://console.neon.tech/api/v2";
    NO_COLOR: "Anything: no colours";
    RUST_LOG: "Which messages of which crate are shown, in tracing's syntax";
}
