//! Roles that may not do what a push needs.

use crate::PROGRAM;
use crate::scratch::Scratch;

#[tokio::test]
async fn what_is_not_permitted_is_said_before_anything_is_done() {
    let Some(mut scratch) = Scratch::with("CREATE TABLE verification (id text PRIMARY KEY)").await
    else {
        return;
    };
    let role = format!("{}_role", scratch.name);
    scratch
        .run(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT ON verification TO {role}"
        ))
        .await;
    let admin = scratch.url.clone();
    let theirs = scratch.url_as(&role);
    scratch.url = theirs.clone();
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    assert_eq!(dry.status, 3, "{}", dry.shown());
    insta::assert_snapshot!("not_the_owner_plan", dry.shown());
    let said = scratch.say(PROGRAM, &[]);
    insta::assert_snapshot!("not_the_owner", said.err);
    let shown = said.shown();
    assert_eq!(said.status, 1, "{shown}");
    assert!(
        shown.contains("does not own what it would have to change (verification of postgres)"),
        "{shown}"
    );
    assert!(
        shown.contains("next: connect as the owner, or let a superuser run: ALTER TABLE"),
        "{shown}"
    );
    assert!(
        !shown.contains("GRANT"),
        "nobody becomes a superuser: {shown}"
    );
    assert!(
        !shown.contains("password") && !shown.contains(":x@"),
        "{shown}"
    );

    scratch.url = admin.clone();
    scratch.run("DROP TABLE verification").await;
    scratch.url = theirs.clone();
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    assert_eq!(dry.status, 3, "{}", dry.shown());
    let foreseen: Vec<_> = dry
        .out
        .lines()
        .skip_while(|line| !line.contains("would fail"))
        .collect();
    insta::assert_snapshot!("may_not_create", foreseen.join("\n"));
    let shown = scratch.say(PROGRAM, &[]).shown();
    assert!(
        shown.contains("may not create anything in schema public"),
        "{shown}"
    );
    assert!(
        shown.contains("GRANT CREATE ON SCHEMA \"public\" TO"),
        "{shown}"
    );

    scratch.url = admin.clone();
    scratch
        .run(&format!("GRANT CREATE ON SCHEMA public TO {role}"))
        .await;
    scratch.url = theirs.clone();
    // The ledger's schema needs a permission of its own.
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 1, "{}", said.shown());
    assert!(said.err.contains("cannot make the ledger"), "{}", said.err);
    scratch.url = admin.clone();
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'sunset')")
            .await,
        "0"
    );
    scratch
        .run(&format!(
            "GRANT CREATE ON DATABASE \"{}\" TO {role}",
            scratch.name
        ))
        .await;
    scratch.url = theirs.clone();
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    // Nothing is left to do on the tables; the ledger is out of reach.
    scratch.url = admin.clone();
    scratch
        .run("ALTER SCHEMA sunset OWNER TO CURRENT_USER")
        .await;
    scratch.url = theirs;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 1, "{}", said.shown());
    assert_eq!(said.out, "", "{}", said.shown());
    assert!(said.err.starts_with("error: "), "{}", said.shown());
    scratch.url = admin;
    scratch
        .run(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"))
        .await;
}
