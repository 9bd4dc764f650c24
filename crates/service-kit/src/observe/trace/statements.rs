//! The statements of a database, as spans.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanKind, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::SdkTracer;
use tracing::field::{Field, Visit};
use tracing::{Dispatch, Event, Subscriber, dispatcher};
use tracing_opentelemetry::get_otel_context;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The target of the events in which sqlx says that a statement has ended.
pub(super) const TARGET: &str = "sqlx::query";

/// `db.system.name` of the database that the process uses.
static SYSTEM: OnceLock<&str> = OnceLock::new();

/// Names the kind of database that the process uses: `sqlite` or `postgresql`.
#[cfg(feature = "store")]
pub(crate) fn database_is(system: &'static str) {
    // A program has one database; that of a test may be opened several times.
    let _ = SYSTEM.set(system);
}

/// Makes a span of each statement that sqlx says has ended, below the span that it ran in. It has the operation and the
/// table, and never a value.
pub(super) struct Statements {
    tracer: SdkTracer,
}

impl Statements {
    pub(super) fn new(tracer: SdkTracer) -> Self {
        Self { tracer }
    }
}

impl<S> Layer<S> for Statements
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let span = context.event_span(event);
        // The log of the process: a layer in a list is not told which one it belongs to.
        let log = dispatcher::get_default(Dispatch::clone);
        let parent = span.and_then(|span| get_otel_context(&span.id(), &log));
        let Some(parent) = parent.filter(|parent| parent.span().span_context().is_sampled()) else {
            return;
        };
        let mut statement = Statement::default();
        event.record(&mut statement);
        let end = opentelemetry::time::now();
        let start = end.checked_sub(statement.elapsed).unwrap_or(end);
        let span = self
            .tracer
            .span_builder(statement.name())
            .with_kind(SpanKind::Client)
            .with_start_time(start)
            .with_attributes(statement.attributes());
        let mut span = span.start_with_context(&self.tracer, &parent);
        span.end_with_timestamp(end);
    }
}

/// What sqlx says about a statement.
#[derive(Debug, Default, PartialEq, Eq)]
struct Statement {
    operation: Option<String>,
    table: Option<String>,
    elapsed: Duration,
}

impl Statement {
    /// Reads the operation and the table, which are names: nothing else of the text is kept.
    fn read(&mut self, text: &str) {
        let mut words = text.split_whitespace();
        let operation = words.clone().next().filter(|word| is_name(word));
        if self.operation.is_none() {
            self.operation = operation.map(str::to_ascii_uppercase);
        }
        let precedes_table = |word: &str| {
            let names = ["from", "into", "update"];
            names.iter().any(|name| word.eq_ignore_ascii_case(name))
        };
        if words.any(precedes_table) {
            let table = words
                .next()
                .map(|word| word.trim_end_matches([';', ',', ')']));
            self.table = table.filter(|word| is_name(word)).map(str::to_owned);
        }
    }

    fn name(&self) -> String {
        let operation = self.operation.as_deref().unwrap_or("statement");
        match &self.table {
            Some(table) => format!("{operation} {table}"),
            None => operation.to_owned(),
        }
    }

    fn attributes(self) -> Vec<KeyValue> {
        let attribute = |name, value: String| KeyValue::new(name, value);
        let system = SYSTEM
            .get()
            .map(|system| KeyValue::new("db.system.name", *system));
        let operation = self
            .operation
            .map(|one| attribute("db.operation.name", one));
        let table = self.table.map(|one| attribute("db.collection.name", one));
        system.into_iter().chain(operation).chain(table).collect()
    }
}

fn is_name(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    !word.is_empty() && word.len() <= 63 && word.bytes().all(is_part)
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        // The first words, and the whole text if it is longer.
        if ["summary", "db.statement"].contains(&field.name()) {
            self.read(value);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.elapsed = Duration::try_from_secs_f64(value).unwrap_or_default();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::Statement;

    #[test]
    fn a_span_has_the_operation_and_the_table_of_a_statement_and_no_value() {
        for (texts, name) in [
            (
                &[
                    "SELECT id, name, email …",
                    "\n\nSELECT id, name, email FROM users WHERE id > $1\n",
                ][..],
                "SELECT users",
            ),
            (
                &[
                    "INSERT INTO users (id, …",
                    "INSERT INTO users (id) VALUES ('ada@example.com')",
                ],
                "INSERT users",
            ),
            (&["UPDATE users SET name='Ada' …"], "UPDATE users"),
            (&["DELETE FROM users;"], "DELETE users"),
            (&["BEGIN"], "BEGIN"),
            (&["'ada@example.com'"], "statement"),
            (&["SELECT 1 FROM 'ada@example.com'"], "SELECT"),
            (&[""], "statement"),
        ] {
            let mut statement = Statement::default();
            for text in texts {
                statement.read(text);
            }
            assert_eq!(statement.name(), name, "{texts:?}");
        }
    }
}
