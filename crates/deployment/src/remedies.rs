//! What to do next, for the faults that people meet: the troubleshooting list.

/// A deployment did not get through.
pub const PUBLISH_FAILED: &str = "publish failed? run `bunx wrangler whoami`, check that \
    CLOUDFLARE_API_TOKEN may edit Workers Scripts and CLOUDFLARE_ACCOUNT_ID is the right account, \
    then deploy again and read what wrangler says";

/// Nothing listens at an address.
pub const CONNECTION_REFUSED: &str = "nothing answers there: check that the service is deployed \
    (`bunx wrangler deployments list`), that its custom domain is set under Workers & Pages, \
    Settings, Domains & Routes, and that the name resolves (`dig +short HOST`)";

/// It answers, and its certificate is refused.
pub const CERTIFICATE: &str = "the server answers, and its certificate is refused: see what \
    `deploy-check --only tls` says of it";

/// The bot says nothing.
pub const BOT_SILENT: &str = "the bot is silent: set the Slack app's Request URL to this address, \
    copy SLACK_SIGNING_SECRET from Basic Information (`bunx wrangler secret put \
    SLACK_SIGNING_SECRET`), install the app again, and read `bunx wrangler tail`";

/// Browsers are refused.
pub const CORS: &str = "set CORS_ORIGIN of the server to the web's address exactly: https, no \
    slash at the end, no path; allow credentials for that origin alone; deploy the server again";

/// Nobody can sign in.
pub const AUTH: &str = "check BETTER_AUTH_URL (the server's https address), BETTER_AUTH_SECRET, \
    GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET, and register this redirect URI in the Google Cloud \
    console under APIs & Services, Credentials";

/// The health endpoint is not well.
pub const HEALTH: &str = "read `bunx wrangler tail` while asking it again; a service that is not \
    connected has a wrong secret or binding";

/// The answers take too long.
pub const SLOW: &str = "ask again in a minute (a sleeping database wakes); if it stays slow, set \
    the database's auto-suspend off, use the pooled host, and look at the CPU time in Workers \
    analytics";

/// The list, for documents: a symptom, and what to do.
pub const TROUBLESHOOTING: [(&str, &str); 6] = [
    ("Publishing fails", PUBLISH_FAILED),
    ("Connection refused, or no such host", CONNECTION_REFUSED),
    ("The bot is silent", BOT_SILENT),
    ("The browser says CORS", CORS),
    ("Nobody can sign in", AUTH),
    ("Health says it is not healthy", HEALTH),
];
