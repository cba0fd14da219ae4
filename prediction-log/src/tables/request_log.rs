//! API requests (table `api_metrics`) and their sums by minute and hour (table `call_sums`), from which success rates
//! are read.

use super::super::database::{ColumnType, DatabaseError, Dialect, SqlValue, TableRow, Transaction};
use super::super::row::RequestRow;
use super::super::timestamp::Timestamp;
use super::super::window::TimeWindow;
use std::collections::BTreeMap;
use time::Duration;
use uuid::Uuid;

/// Retention of the sums by minute; those by hour stay.
pub(crate) const MINUTES_KEPT: Duration = Duration::hours(48);

/// Request counts of a window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestSummary {
    /// Counts by route, sorted.
    pub endpoints: Vec<EndpointRequests>,
}

/// Request counts of one route.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndpointRequests {
    /// Route template.
    pub endpoint: String,
    /// Number of requests.
    pub requests: u64,
    /// Number of responses with status 400 to 499.
    pub client_errors: u64,
    /// Number of responses with status 500 or above.
    pub server_errors: u64,
    /// Sum of response times in milliseconds.
    pub total_ms: f64,
}

/// A request with an id of ours.
struct RequestRowWithId<'a> {
    id: String,
    row: &'a RequestRow,
}

impl TableRow for RequestRowWithId<'_> {
    const TABLE: &'static str = RequestRow::TABLE;
    const COLUMNS: &'static [(&'static str, ColumnType)] = &[
        ("id", ColumnType::Text),
        ("created_at", ColumnType::Timestamp),
        ("endpoint", ColumnType::Text),
        ("status_code", ColumnType::Integer),
        ("response_time_ms", ColumnType::Real),
    ];

    fn values(&self) -> impl Iterator<Item = SqlValue<'_>> {
        std::iter::once((&self.id).into()).chain(self.row.values())
    }
}

/// Requests of a route and status class within a minute or an hour.
#[derive(Debug, PartialEq)]
struct RequestSum<'a> {
    level: &'static str,
    start: Timestamp,
    endpoint: &'a str,
    status_class: i64,
    requests: i64,
    total_ms: f64,
}

impl TableRow for RequestSum<'_> {
    const TABLE: &'static str = "call_sums";
    const COLUMNS: &'static [(&'static str, ColumnType)] = &[
        ("level", ColumnType::Text),
        ("start", ColumnType::Timestamp),
        ("endpoint", ColumnType::Text),
        ("status_class", ColumnType::Integer),
        ("calls", ColumnType::Integer),
        ("sum_ms", ColumnType::Real),
    ];

    fn values(&self) -> impl Iterator<Item = SqlValue<'_>> {
        [
            self.level.into(),
            self.start.into(),
            self.endpoint.into(),
            self.status_class.into(),
            self.requests.into(),
            self.total_ms.into(),
        ]
        .into_iter()
    }
}

/// True when the database numbers the rows of `api_metrics` itself, as some of the previous service's do.
pub(crate) async fn has_numbered_ids(transaction: &mut Transaction<'_>) -> Result<bool, DatabaseError> {
    let sql = match transaction.dialect() {
        Dialect::Sqlite => "SELECT type FROM pragma_table_info('api_metrics') WHERE name = 'id'",
        Dialect::Postgres => {
            "SELECT CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = 'api_metrics' AND column_name = 'id'"
        }
    };
    let rows = transaction.query(sql.to_owned(), &[]).await?;
    let data_type: Option<String> = rows.first().map(|row| row.get(0)).transpose()?;
    Ok(data_type.is_some_and(|name| name.to_ascii_uppercase().contains("INT")))
}

/// Inserts requests and adds them to the sums.
pub(crate) async fn insert(
    transaction: &mut Transaction<'_>,
    requests: &[&RequestRow],
    numbered_ids: bool,
) -> Result<(), DatabaseError> {
    if numbered_ids {
        transaction.insert(requests, "").await?;
    } else {
        let rows: Vec<_> =
            requests.iter().map(|&row| RequestRowWithId { id: Uuid::now_v7().to_string(), row }).collect();
        transaction.insert(&rows.iter().collect::<Vec<_>>(), "").await?;
    }
    let sums = sums(requests);
    let on_conflict = "ON CONFLICT (level, start, endpoint, status_class) DO UPDATE SET \
                       calls = call_sums.calls + excluded.calls, sum_ms = call_sums.sum_ms + excluded.sum_ms";
    transaction.insert(&sums.iter().collect::<Vec<_>>(), on_conflict).await.map(|_| ())
}

/// Sums by minute and hour. Sorted, so that instances that add at the same time cannot deadlock.
fn sums<'c>(requests: &[&'c RequestRow]) -> Vec<RequestSum<'c>> {
    let mut sums = BTreeMap::new();
    for request in requests {
        for (level, step) in [("hour", Duration::HOUR), ("minute", Duration::MINUTE)] {
            let start = request.created_at.floor(step);
            let class = i64::from(request.status_code / 100);
            let (count, ms) = sums.entry((level, start, request.endpoint.as_str(), class)).or_insert((0, 0.0));
            *count += 1;
            *ms += request.response_time_ms;
        }
    }
    let sum = |((level, start, endpoint, status_class), (requests, total_ms))| RequestSum {
        level,
        start,
        endpoint,
        status_class,
        requests,
        total_ms,
    };
    sums.into_iter().map(sum).collect()
}

/// Counts the requests of a window, widened to whole minutes where sums by minute exist, else to whole hours.
pub(crate) async fn summarize(
    transaction: &mut Transaction<'_>,
    window: &TimeWindow,
    minutes_since: Timestamp,
) -> Result<RequestSummary, DatabaseError> {
    let parts = window.split(minutes_since);
    let dialect = transaction.dialect();
    let between = |level: &str, from: &str, until: &str| {
        let (from, until) = (dialect.timestamp_param(from), dialect.timestamp_param(until));
        format!("level = '{level}' AND start >= {from} AND start < {until}")
    };
    let sql = format!(
        "SELECT endpoint, CAST(status_class AS BIGINT), CAST(sum(calls) AS BIGINT), sum(sum_ms) FROM call_sums \
         WHERE ({}) OR ({}) OR ({}) GROUP BY endpoint, status_class ORDER BY endpoint",
        between("minute", "$1", "$2"),
        between("hour", "$2", "$3"),
        between("minute", "$3", "$4"),
    );
    let values = [parts.from, parts.hours_from, parts.hours_until, parts.until].map(SqlValue::from);
    let mut endpoints: Vec<EndpointRequests> = Vec::new();
    for row in transaction.query(sql, &values).await? {
        let (endpoint, class, requests): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if endpoints.last().is_none_or(|last| last.endpoint != endpoint) {
            endpoints.push(EndpointRequests { endpoint, ..EndpointRequests::default() });
        }
        let Some(last) = endpoints.last_mut() else { continue };
        let requests = u64::try_from(requests).unwrap_or_default();
        last.requests += requests;
        last.total_ms += row.get::<f64>(3)?;
        match class {
            4 => last.client_errors += requests,
            5.. => last.server_errors += requests,
            _ => {}
        }
    }
    Ok(RequestSummary { endpoints })
}
