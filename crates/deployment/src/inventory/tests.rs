use super::*;
use sunset_core::plans::schemas::schema_named;

#[test]
fn the_inventory_that_comes_with_sunset_is_that_of_the_plan() {
    let inventory =
        Inventory::parse(Inventory::SALES_AI_V3, Some("example.org")).expect("the inventory");
    let names = |service: &str| -> Vec<String> {
        let service = inventory.services.iter().find(|one| one.name == service);
        let secrets = &service.expect("a service").secrets;
        secrets.iter().map(|secret| secret.name.clone()).collect()
    };
    assert_eq!(
        names("server"),
        [
            "DATABASE_URL",
            "BETTER_AUTH_SECRET",
            "BETTER_AUTH_URL",
            "GEMINI_API_KEY",
            "GROQ_API_KEY",
            "GOOGLE_CLIENT_ID",
            "GOOGLE_CLIENT_SECRET",
            "CLOUDFLARE_R2_ACCESS_KEY",
            "CLOUDFLARE_R2_SECRET_KEY"
        ]
    );
    assert_eq!(
        names("slack-bot"),
        [
            "SLACK_BOT_TOKEN",
            "SLACK_SIGNING_SECRET",
            "API_TOKEN",
            "API_BASE_URL"
        ]
    );
    let schema = schema_named("sales-ai", "public").expect("schema").schema;
    let mut tables: Vec<String> = schema.tables.iter().map(|t| t.name.to_string()).collect();
    let mut named = inventory.database.tables.clone();
    tables.sort();
    named.sort();
    assert_eq!(named, tables);
    assert_eq!(
        inventory.web_origin().as_deref(),
        Some("https://app.example.org")
    );
    assert_eq!(
        inventory.redirect_uri().as_deref(),
        Some("https://api.example.org/api/auth/callback/google")
    );
    assert!(inventory.services.iter().all(|service| !service.is_unset()));
    let unset = Inventory::parse(Inventory::SALES_AI_V3, None).expect("the inventory");
    assert!(unset.services.iter().all(Service::is_unset));
}

#[test]
fn an_inventory_with_a_mistake_is_refused() {
    let service = |url: &str| {
        format!(
            "name = \"x\"\n[[service]]\nname = \"a\"\nkind = \"api\"\nurl = \"{url}\"\n\
             directory = \".\"\ndeploy = \"x\"\n"
        )
    };
    Inventory::parse(&service("https://a.example"), None).expect("good");
    for bad in [
        service("a.example"),
        service("https://u:p@a.example"),
        service("ftp://a.example"),
        format!("{0}{0}", service("https://a.example")),
        format!("{}nonsense = 1\n", service("https://a.example")),
        "name = 1".into(),
    ] {
        let error = Inventory::parse(&bad, None).expect_err(&bad);
        assert!(error.remedy_text().is_some());
    }
}
