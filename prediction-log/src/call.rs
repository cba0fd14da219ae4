//! Calls: one row each, and their sums by minute and hour, from which success rates are read.
//!
//! Owns the tables `api_metrics` and `call_sums`. May not know routes.

use super::database::{Cell, Dialect, Transaction};
use super::record::CallRow;
use super::table::{NamedCall, Sum};
use super::window::Window;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long minutes are kept beside their hours.
pub(super) const MINUTES_KEPT: time::Duration = time::Duration::hours(48);

/// The calls of a time, by route.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallSummary {
    /// Sorted by route.
    pub endpoints: Vec<EndpointCalls>,
}

/// The calls of one route.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndpointCalls {
    /// The route.
    pub endpoint: String,
    /// All calls.
    pub calls: u64,
    /// Of these, how many were answered with 400 to 499.
    pub client_errors: u64,
    /// Of these, how many were answered with 500 or more.
    pub server_errors: u64,
    /// How long all of them took together.
    pub sum_ms: f64,
}

/// Whether the table numbers its rows by itself, as the old service's may.
pub(super) async fn are_numbered(transaction: &mut Transaction<'_>) -> Result<bool, sqlx::Error> {
    let sql = match transaction.dialect() {
        Dialect::Sqlite => "SELECT type FROM pragma_table_info('api_metrics') WHERE name = 'id'",
        Dialect::Postgres => {
            "SELECT CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = 'api_metrics' AND column_name = 'id'"
        }
    };
    let rows = transaction.fetch(sql.to_owned(), &[]).await?;
    let kind: Option<String> = rows.first().map(|row| row.get(0)).transpose()?;
    Ok(kind.is_some_and(|kind| kind.to_ascii_uppercase().contains("INT")))
}

/// Writes calls and adds them up.
pub(super) async fn append(
    transaction: &mut Transaction<'_>,
    calls: &[&CallRow],
    numbered: bool,
) -> Result<(), sqlx::Error> {
    if numbered {
        transaction.insert(calls, "").await?;
    } else {
        let named: Vec<_> = calls.iter().map(|&row| NamedCall { id: Uuid::now_v7().to_string(), row }).collect();
        transaction.insert(&named.iter().collect::<Vec<_>>(), "").await?;
    }
    let sums = sums(calls);
    let fate = "ON CONFLICT (level, start, endpoint, status_class) DO UPDATE SET \
                calls = call_sums.calls + excluded.calls, sum_ms = call_sums.sum_ms + excluded.sum_ms";
    transaction.insert(&sums.iter().collect::<Vec<_>>(), fate).await.map(|_| ())
}

/// Sorted, so that instances that add at once never wait for one another in a circle.
fn sums<'c>(calls: &[&'c CallRow]) -> Vec<Sum<'c>> {
    let mut sums = BTreeMap::new();
    for call in calls {
        for (level, length, rest) in [("hour", 13, ":00:00.000000"), ("minute", 16, ":00.000000")] {
            let start = call.created_at.get(..length).unwrap_or(&call.created_at);
            let class = i64::from(call.status_code / 100);
            let (calls, ms) = sums.entry((level, start, rest, call.endpoint.as_str(), class)).or_insert((0, 0.0));
            *calls += 1;
            *ms += call.response_time_ms;
        }
    }
    let sum = |((level, start, rest, endpoint, status_class), (calls, sum_ms))| {
        let start = format!("{start}{rest}");
        Sum { level, start, endpoint, status_class, calls, sum_ms }
    };
    sums.into_iter().map(sum).collect()
}

/// Counts the calls of a window. Its ends are widened to whole minutes, where there are minutes, else to whole hours.
pub(super) async fn count(
    transaction: &mut Transaction<'_>,
    window: &Window,
    minutes_since: &str,
) -> Result<CallSummary, sqlx::Error> {
    let cut = window.cut(minutes_since);
    let dialect = transaction.dialect();
    let between = |level: &str, from: &str, until: &str| {
        format!("level = '{level}' AND start >= {} AND start < {}", dialect.moment(from), dialect.moment(until))
    };
    let sql = format!(
        "SELECT endpoint, CAST(status_class AS BIGINT), CAST(sum(calls) AS BIGINT), sum(sum_ms) FROM call_sums \
         WHERE ({}) OR ({}) OR ({}) GROUP BY endpoint, status_class ORDER BY endpoint",
        between("minute", "$1", "$2"),
        between("hour", "$2", "$3"),
        between("minute", "$3", "$4"),
    );
    let cells = [&cut.from, &cut.hours_from, &cut.hours_until, &cut.until].map(Cell::from);
    let mut endpoints: Vec<EndpointCalls> = Vec::new();
    for row in transaction.fetch(sql, &cells).await? {
        let (endpoint, class, calls): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if endpoints.last().is_none_or(|last| last.endpoint != endpoint) {
            endpoints.push(EndpointCalls { endpoint, ..EndpointCalls::default() });
        }
        let Some(last) = endpoints.last_mut() else { continue };
        let calls = u64::try_from(calls).unwrap_or_default();
        last.calls += calls;
        last.sum_ms += row.get::<f64>(3)?;
        match class {
            4 => last.client_errors += calls,
            5.. => last.server_errors += calls,
            _ => {}
        }
    }
    Ok(CallSummary { endpoints })
}
