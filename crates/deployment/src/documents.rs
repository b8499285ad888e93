//! The documents that the owner keeps: Markdown, without any secret.

use crate::inventory::{Inventory, Kind, Service};
use crate::remedies::TROUBLESHOOTING;

/// The documents: the file's name, and its text.
pub fn all(inventory: &Inventory) -> Vec<(&'static str, String)> {
    vec![
        ("production-checklist.md", production_checklist(inventory)),
        ("service-urls.md", service_urls(inventory)),
        ("secrets-inventory.md", secrets_inventory(inventory)),
        ("monitoring-setup.md", monitoring_setup(inventory)),
    ]
}

/// Text in a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn open_box(text: &mut String, item: &str) {
    text.push_str("- [ ] ");
    text.push_str(item);
    text.push('\n');
}

fn production_checklist(inventory: &Inventory) -> String {
    let mut text = format!(
        "# {}: production checklist\n\nTick what is done. `deploy-check docs` keeps the ticks when \
         it writes this file again.\n\n## Before\n\n",
        inventory.name
    );
    for item in [
        "The old system is backed up, and a restore of the backup was tried",
        "A Neon branch was made as an instant backup: `deploy-check branch --create before-launch --backup`",
        "Everybody who uses the system knows the time of the change",
        "Somebody is named who decides about going back, and until when",
    ] {
        open_box(&mut text, item);
    }
    text.push_str("\n## Accounts and secrets\n\n");
    for service in &inventory.services {
        for secret in &service.secrets {
            open_box(
                &mut text,
                &format!(
                    "{}: `{}` is set ({})",
                    service.name, secret.name, secret.source
                ),
            );
        }
    }
    open_box(
        &mut text,
        "GitHub: the secrets `CLOUDFLARE_API_TOKEN` and `CLOUDFLARE_ACCOUNT_ID` are set",
    );
    open_box(
        &mut text,
        "No secret stands in the repository: `git log -p -S xoxb-` finds nothing, and so on for the others",
    );
    text.push_str("\n## Deployment\n\n");
    for service in &inventory.services {
        open_box(
            &mut text,
            &format!(
                "{} is deployed from `{}`: `{}`",
                service.name, service.directory, service.deploy
            ),
        );
        open_box(
            &mut text,
            &format!("{} has its domain: {}", service.name, service.url),
        );
    }
    open_box(
        &mut text,
        "R2: the bucket has its public domain, and no listing is public",
    );
    if inventory.first(Kind::Bot).is_some() {
        open_box(
            &mut text,
            &format!(
                "Slack app: the Request URL of commands is {}",
                bot_address(inventory)
            ),
        );
    }
    if let Some(uri) = inventory.redirect_uri() {
        open_box(
            &mut text,
            &format!(
                "Google: the redirect URI {uri} is registered, and the consent screen is published"
            ),
        );
    }
    text.push_str("\n## Checked from outside\n\n`deploy-check` answers these; exit status 0 is a tick for all of them.\n\n");
    for (section, item) in [
        ("secrets", "Every secret is there and has its form"),
        ("wrangler", "Every wrangler.toml is complete"),
        (
            "database",
            "The database answers by TLS, is new enough, and has its tables",
        ),
        (
            "storage",
            "An object can be written, read at its public address, and deleted",
        ),
        ("health", "The health endpoint is healthy and fast"),
        (
            "tls",
            "Certificates are valid, HTTP/2 is on, http redirects",
        ),
        ("cors", "The web may call the API, and no other origin"),
        ("web", "The page and its assets load"),
        (
            "slack",
            "The bot accepts what Slack signed, and nothing else",
        ),
        (
            "auth",
            "Signing in leads to Google and back to the registered address",
        ),
    ] {
        open_box(
            &mut text,
            &format!("{item}: `deploy-check --only {section}`"),
        );
    }
    text.push_str("\n## By hand\n\n");
    for item in [
        "Sign in by Google as a person without rights, and as one with",
        "Lists show the migrated data; the numbers are those of `final-check`",
        "A recording of the old system plays",
        "A new recording is uploaded, transcribed and analysed",
        "A slash command in Slack is answered",
        "An alert arrives where it should",
        "The pages work on a phone",
    ] {
        open_box(&mut text, item);
    }
    text.push_str("\n## After\n\n");
    for item in [
        "`deploy-check watch --every 5m` runs, and its webhook was tried",
        "The old system is read-only",
        "Old credentials are deleted, and the dates of the new ones stand in secrets-inventory.md",
        "The old system is switched off after the agreed time",
    ] {
        open_box(&mut text, item);
    }
    text
}

fn bot_address(inventory: &Inventory) -> String {
    inventory
        .first(Kind::Bot)
        .map_or_else(String::new, |bot| bot.address(&inventory.slack.path))
}

fn service_urls(inventory: &Inventory) -> String {
    let mut text = format!(
        "# {}: addresses\n\n| service | address | deployed from |\n|---|---|---|\n",
        inventory.name
    );
    for service in &inventory.services {
        text.push_str(&format!(
            "| {} | {} | `{}` |\n",
            cell(&service.name),
            cell(&service.url),
            cell(&service.directory)
        ));
    }
    text.push_str("\n| what | address |\n|---|---|\n");
    let mut row = |what: &str, address: Option<String>| {
        if let Some(address) = address {
            text.push_str(&format!("| {what} | {} |\n", cell(&address)));
        }
    };
    let api = inventory.first(Kind::Api);
    row("health", api.map(|api| api.address(&inventory.health.path)));
    row(
        "session",
        api.map(|api| api.address(&inventory.auth.session_path)),
    );
    row("Google's redirect URI", inventory.redirect_uri());
    row("origin that may call the API", inventory.web_origin());
    row(
        "Slack's Request URL for commands",
        inventory.first(Kind::Bot).map(|_| bot_address(inventory)),
    );
    text.push_str(
        "\n| console | address |\n|---|---|\n\
         | Cloudflare (Workers, Pages, R2) | https://dash.cloudflare.com |\n\
         | Neon (database) | https://console.neon.tech |\n\
         | Google Cloud (sign-in) | https://console.cloud.google.com/apis/credentials |\n\
         | Slack (app) | https://api.slack.com/apps |\n",
    );
    text
}

fn secrets_inventory(inventory: &Inventory) -> String {
    let mut text = format!(
        "# {}: secrets\n\nNames, purposes and places. No value belongs into this file.\n",
        inventory.name
    );
    for service in inventory
        .services
        .iter()
        .filter(|one| !one.secrets.is_empty())
    {
        text.push_str(&format!(
            "\n## {}\n\nSet by `bunx wrangler secret put NAME` in `{}`; listed by `bunx wrangler secret list`.\n\n\
             | name | what for | where from | form | replace every | last replaced | by whom |\n|---|---|---|---|---|---|---|\n",
            service.name, service.directory
        ));
        for secret in &service.secrets {
            let rotate = secret
                .rotate_days
                .map_or_else(|| "-".to_owned(), |days| format!("{days} days"));
            text.push_str(&format!(
                "| `{}` | {} | {} | {} | {rotate} | | |\n",
                cell(&secret.name),
                cell(&secret.purpose),
                cell(&secret.source),
                form(secret),
            ));
        }
    }
    text.push_str(
        "\n## GitHub Actions\n\n| name | what for | where from |\n|---|---|---|\n\
         | `CLOUDFLARE_API_TOKEN` | deployments | Cloudflare dashboard, My Profile, API Tokens: Workers Scripts, \
         Workers R2 Storage, Cloudflare Pages: Edit |\n\
         | `CLOUDFLARE_ACCOUNT_ID` | deployments | Cloudflare dashboard, Workers & Pages |\n\
         \n## When one leaks\n\n\
         1. Make a new one where it comes from.\n\
         2. Set it: `bunx wrangler secret put NAME`; the service restarts by itself.\n\
         3. Delete the old one where it came from.\n\
         4. `deploy-check --only secrets,health,auth,slack`\n\
         5. Write the date into the table.\n",
    );
    text
}

fn form(secret: &crate::inventory::SecretWish) -> String {
    use crate::inventory::Form;
    let mut words = Vec::new();
    match secret.form {
        Form::Text => {}
        Form::Url => words.push("https address without a slash at its end".to_owned()),
        Form::DatabaseUrl => words.push("postgresql:// address".to_owned()),
    }
    if let Some(prefix) = &secret.prefix {
        words.push(format!("begins with {prefix}"));
    }
    if secret.min_length > 0 {
        words.push(format!("{} characters or more", secret.min_length));
    }
    if words.is_empty() {
        return "-".into();
    }
    cell(&words.join(", "))
}

fn monitoring_setup(inventory: &Inventory) -> String {
    let watch = &inventory.watch;
    let mut text = format!(
        "# {name}: monitoring\n\n## What is watched\n\n| what | every | trouble when |\n|---|---|---|\n",
        name = inventory.name
    );
    for service in &inventory.services {
        text.push_str(&format!(
            "| {} | 5 minutes | {} |\n",
            cell(&watched(inventory, service)),
            trouble(inventory, service)
        ));
    }
    text.push_str(&format!(
        "\n## deploy-check watch\n\n```\nSLACK_WEBHOOK_URL=… deploy-check watch --every 5m\n```\n\n\
         It asks the health endpoint {} times a round, runs the sections that need no secret, and \
         tells the webhook when the state changes, and only then. Trouble is: a section that fails, more \
         than {} % of the latest {} requests failing, or a median above {} ms.\n\n\
         - [ ] A webhook is made: Slack app, Incoming Webhooks\n\
         - [ ] It runs on a machine that is not the one it watches, and starts by itself\n\
         - [ ] The webhook was tried: `deploy-check watch --every 1s --rounds 1 --tell-now`\n\n",
        watch.requests, watch.max_error_percent, watch.window, watch.max_response_ms
    ));
    text.push_str(
        "As a service of systemd:\n\n```\n[Unit]\nDescription=deploy-check watch\nAfter=network-online.target\n\n\
         [Service]\nEnvironmentFile=/etc/deploy-check.env\nWorkingDirectory=/var/lib/deploy-check\n\
         ExecStart=/usr/local/bin/deploy-check watch --every 5m\nRestart=always\nRestartSec=30\n\
         DynamicUser=yes\nStateDirectory=deploy-check\n\n[Install]\nWantedBy=multi-user.target\n```\n\n\
         ## At Cloudflare\n\n\
         - [ ] Notifications: a Worker's error rate above 1 %\n\
         - [ ] Notifications: a Worker's CPU time above its limit\n\
         - [ ] Notifications: certificates, and the domain's registration\n\
         - [ ] Workers: observability is on in every wrangler.toml\n\
         - [ ] A health check from outside (Cloudflare Health Checks, or another company's)\n\n\
         ## At Neon\n\n\
         - [ ] The history is long enough to go back to yesterday\n\
         - [ ] Auto-suspend is off in production\n\
         - [ ] A warning before the storage limit\n\n\
         ## When it calls\n\n| symptom | what to do |\n|---|---|\n",
    );
    for (symptom, remedy) in TROUBLESHOOTING {
        text.push_str(&format!("| {symptom} | {} |\n", cell(remedy)));
    }
    text
}

fn watched(inventory: &Inventory, service: &Service) -> String {
    match service.kind {
        Kind::Api => service.address(&inventory.health.path),
        Kind::Web => service.url.clone(),
        Kind::Bot => service.address(&inventory.slack.path),
    }
}

fn trouble(inventory: &Inventory, service: &Service) -> String {
    match service.kind {
        Kind::Api => format!(
            "not healthy, or slower than {} ms",
            inventory.watch.max_response_ms
        ),
        Kind::Web => "no page".into(),
        Kind::Bot => "an unsigned request is not refused with 401".into(),
    }
}

/// A newer text with the ticks of an older one: of items that read alike.
pub fn with_ticks_of(old: &str, new: &str) -> String {
    let ticked: Vec<&str> = old
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            line.strip_prefix("- [x] ")
                .or_else(|| line.strip_prefix("- [X] "))
        })
        .collect();
    let mut text = String::with_capacity(new.len());
    for line in new.lines() {
        match line.strip_prefix("- [ ] ") {
            Some(item) if ticked.contains(&item) => {
                text.push_str("- [x] ");
                text.push_str(item);
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory() -> Inventory {
        Inventory::parse(Inventory::SALES_AI_V3, Some("example.org")).expect("the inventory")
    }

    #[test]
    fn the_documents_name_everything_of_the_inventory() {
        let inventory = inventory();
        let documents = all(&inventory);
        let text = |name: &str| {
            let found = documents.iter().find(|(file, _)| *file == name);
            found.map(|(_, text)| text.as_str()).expect("a document")
        };
        for service in &inventory.services {
            assert!(text("service-urls.md").contains(&service.url));
            for secret in &service.secrets {
                assert!(text("secrets-inventory.md").contains(&format!("`{}`", secret.name)));
                assert!(
                    text("production-checklist.md").contains(&format!("`{}` is set", secret.name))
                );
            }
        }
        assert!(!text("production-checklist.md").contains("[x]"));
        assert!(text("monitoring-setup.md").contains("deploy-check watch --every 5m"));
        for (_, text) in &documents {
            assert!(!text.contains("{domain}"));
        }
    }

    #[test]
    fn ticks_survive_a_new_text() {
        let old = "# a\n- [x] one\n- [X] two\n- [ ] three\n- [x] gone\n";
        let new = "# b\n- [ ] one\n- [ ] two\n- [ ] three\n- [ ] four\n";
        assert_eq!(
            with_ticks_of(old, new),
            "# b\n- [x] one\n- [x] two\n- [ ] three\n- [ ] four\n"
        );
    }
}
