//! The GitHub Actions file: test, deploy on the main branch, preview on pull requests.

use std::fmt::Write;

use crate::inventory::{Inventory, Kind, Service};

const HEAD: &str = "\
# Written by `deploy-check workflow`. Put it at .github/workflows/deploy.yml.
#
# Repository secrets:   CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID
";

const SETUP: [&str; 4] = [
    "      - uses: actions/checkout@v4",
    "        with:",
    "          persist-credentials: false",
    "      - uses: oven-sh/setup-bun@v2",
];

const CREDENTIALS: [&str; 3] = [
    "    env:",
    "      CLOUDFLARE_API_TOKEN: ${{ secrets.CLOUDFLARE_API_TOKEN }}",
    "      CLOUDFLARE_ACCOUNT_ID: ${{ secrets.CLOUDFLARE_ACCOUNT_ID }}",
];

/// The file's text.
pub fn render(inventory: &Inventory) -> String {
    let mut text = String::from(HEAD);
    let mut build_vars: Vec<&str> = Vec::new();
    for name in inventory.services.iter().flat_map(|one| &one.build_vars) {
        if !build_vars.contains(&name.as_str()) {
            build_vars.push(name);
        }
    }
    if !build_vars.is_empty() {
        line(
            &mut text,
            &format!(
                "# Repository variables: {} (and PREVIEW_… for previews)",
                build_vars.join(", ")
            ),
        );
    }
    let branch = scalar(&inventory.workflow.branch);
    text.push_str(&format!(
        "name: {}\n\non:\n  push:\n    branches: [{branch}]\n  pull_request:\n    branches: [{branch}]\n\n\
         permissions:\n  contents: read\n\n\
         # A newer commit of a pull request replaces the older one's run; deployments finish.\n\
         concurrency:\n  group: deploy-${{{{ github.ref }}}}\n  \
         cancel-in-progress: ${{{{ github.event_name == 'pull_request' }}}}\n\njobs:\n",
        scalar(&format!("Deploy {}", inventory.name))
    ));
    test_job(&mut text, inventory);
    let first = inventory
        .services
        .first()
        .map(|service| service.name.as_str());
    for service in &inventory.services {
        // The first is what the others talk to.
        let needs = match first {
            Some(first) if first != service.name => format!("[test, deploy-{first}]"),
            _ => "test".into(),
        };
        deploy_job(&mut text, inventory, service, &needs);
    }
    verify_job(&mut text, inventory);
    for service in &inventory.services {
        if let Some(preview) = &service.preview {
            preview_job(&mut text, inventory, service, preview);
        }
    }
    text
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn lines(text: &mut String, all: &[&str]) {
    for one in all {
        line(text, one);
    }
}

/// A scalar that every YAML reader takes for text: JSON's strings are YAML's.
fn scalar(text: &str) -> String {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/' | '.'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

/// A step that runs commands, in a folder.
fn step(text: &mut String, name: &str, directory: Option<&str>, commands: &[String]) {
    line(text, &format!("      - name: {}", scalar(name)));
    if let Some(directory) = directory {
        line(
            text,
            &format!("        working-directory: {}", scalar(directory)),
        );
    }
    line(text, "        run: |");
    for command in commands.iter().flat_map(|command| command.lines()) {
        line(text, &format!("          {command}"));
    }
}

fn begin(text: &mut String, name: &str, title: &str, minutes: u32) {
    line(text, &format!("  {name}:"));
    line(text, &format!("    name: {}", scalar(title)));
    line(text, "    runs-on: ubuntu-latest");
    line(text, &format!("    timeout-minutes: {minutes}"));
}

fn test_job(text: &mut String, inventory: &Inventory) {
    begin(text, "test", "Test", 20);
    line(text, "    steps:");
    lines(text, &SETUP);
    step(
        text,
        "Install",
        None,
        std::slice::from_ref(&inventory.workflow.install),
    );
    for command in &inventory.workflow.test {
        step(text, command, None, std::slice::from_ref(command));
    }
}

fn deploy_job(text: &mut String, inventory: &Inventory, service: &Service, needs: &str) {
    let name = &service.name;
    line(text, "");
    begin(
        text,
        &format!("deploy-{name}"),
        &format!("Deploy {name}"),
        20,
    );
    line(text, &format!("    needs: {needs}"));
    let branch = &inventory.workflow.branch;
    line(
        text,
        &format!("    if: github.event_name == 'push' && github.ref == 'refs/heads/{branch}'"),
    );
    line(text, "    environment:");
    line(
        text,
        &format!("      name: {}", scalar(&format!("production-{name}"))),
    );
    line(text, &format!("      url: {}", scalar(&service.url)));
    lines(text, &CREDENTIALS);
    for variable in &service.build_vars {
        line(
            text,
            &format!("      {variable}: ${{{{ vars.{variable} }}}}"),
        );
    }
    deploy_steps(text, inventory, service, "Deploy", &service.deploy);
}

/// Everything from an empty machine to a service that is deployed by `command`.
fn deploy_steps(
    text: &mut String,
    inventory: &Inventory,
    service: &Service,
    title: &str,
    command: &str,
) {
    line(text, "    steps:");
    lines(text, &SETUP);
    step(
        text,
        "Install",
        None,
        std::slice::from_ref(&inventory.workflow.install),
    );
    let folder = Some(service.directory.as_str());
    if !service.build.is_empty() {
        step(text, "Build", folder, &service.build);
    }
    step(text, title, folder, &[command.to_owned()]);
}

fn verify_job(text: &mut String, inventory: &Inventory) {
    let Some(api) = inventory.first(Kind::Api) else {
        return;
    };
    line(text, "");
    begin(text, "verify", "Ask the health endpoint", 5);
    let deployed: Vec<String> = inventory
        .services
        .iter()
        .map(|service| format!("deploy-{}", service.name))
        .collect();
    line(text, &format!("    needs: [{}]", deployed.join(", ")));
    line(text, "    env:");
    let address = api.address(&inventory.health.path);
    line(text, &format!("      HEALTH_URL: {}", scalar(&address)));
    line(text, "    steps:");
    step(
        text,
        "Healthy",
        None,
        &[
            "curl --fail --silent --show-error --max-time 10 --retry 6 --retry-all-errors \
             \"$HEALTH_URL\" | tee health.json"
                .into(),
            "jq --exit-status '.status == \"healthy\"' health.json".into(),
        ],
    );
}

fn preview_job(text: &mut String, inventory: &Inventory, service: &Service, preview: &str) {
    let name = &service.name;
    line(text, "");
    begin(
        text,
        &format!("preview-{name}"),
        &format!("Preview {name}"),
        20,
    );
    line(text, "    needs: test");
    // A fork's pull request is given no secrets.
    line(text, "    if: >-");
    line(text, "      github.event_name == 'pull_request' &&");
    line(
        text,
        "      github.event.pull_request.head.repo.full_name == github.repository",
    );
    lines(text, &CREDENTIALS);
    line(text, "      PULL_REQUEST: ${{ github.event.number }}");
    for variable in &service.build_vars {
        line(
            text,
            &format!("      {variable}: ${{{{ vars.PREVIEW_{variable} || vars.{variable} }}}}"),
        );
    }
    deploy_steps(text, inventory, service, "Deploy the preview", preview);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_something_else_is_quoted() {
        assert_eq!(scalar("Deploy V3"), "Deploy V3");
        for text in ["on", "3.0", "a: b", "x # y", "\"q\"", "", "${{ x }}", "- a"] {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
    }

    #[test]
    fn every_service_is_deployed_and_only_by_the_main_branch() {
        let inventory =
            Inventory::parse(Inventory::SALES_AI_V3, Some("example.org")).expect("the inventory");
        let text = render(&inventory);
        for job in [
            "test",
            "deploy-server",
            "deploy-web",
            "deploy-slack-bot",
            "verify",
            "preview-web",
        ] {
            assert!(text.contains(&format!("\n  {job}:\n")), "{job}");
        }
        assert_eq!(text.matches("refs/heads/main").count(), 3);
        assert_eq!(
            text.matches("head.repo.full_name == github.repository")
                .count(),
            3
        );
        assert!(!text.contains("{domain}"));
    }
}
