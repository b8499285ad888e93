//! What the rooms and the libraries say while they work.

use std::fmt::{Debug, Write as _};
use std::io;

use sunset_core::talk::TARGET;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::session::{Session, Talk};

/// Says on standard error what the rooms say, in the language of talk.
fn aloud<S>(talk: Talk) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Heard { talk }.with_filter(Targets::new().with_target(TARGET, Level::WARN))
}

struct Heard {
    talk: Talk,
}

impl<S: Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.talk.say(&message.0);
    }
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing to a String does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}

/// What libraries may say at most that know secrets.
const QUIET: [&str; 5] = [
    "aws_runtime=info",
    "aws_sdk_s3=info",
    "aws_sigv4=info",
    "aws_smithy_runtime=info",
    "aws_smithy_runtime_api=info",
];

/// Lets them be heard: libraries as far as was asked for, the rooms always.
pub(crate) fn listen(session: &Session) {
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;
    use tracing_subscriber::{EnvFilter, Layer as _};
    let default = if session.is_verbose() {
        "warn,sunset=debug"
    } else {
        "error"
    };
    let asked = session
        .variable(sunset_core::env_vars::RUST_LOG)
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new(default));
    // Whatever RUST_LOG asks for: the S3 SDK writes its credentials' id into traces. What the rooms
    // say is said once.
    let unsaid = format!("{}=off", sunset_core::talk::TARGET);
    let filter = QUIET.iter().copied().chain([unsaid.as_str()]);
    let filter = filter.filter_map(|directive| directive.parse().ok());
    let filter = filter.fold(asked, EnvFilter::add_directive);
    let traces = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .without_time()
        .with_filter(filter);
    // A second subscriber (in tests) changes nothing.
    drop(
        tracing_subscriber::registry()
            .with(traces)
            .with(aloud(session.talk()))
            .try_init(),
    );
}
