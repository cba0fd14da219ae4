//! Deletion of one person's rows.
//!
//! Owns which rows are theirs. May not know who asked.

use super::database::{Connection, Dialect};
use super::entry::mark;

/// Deletes a lead's predictions, their outcomes, and the answers that name the lead; how many predictions there were.
pub(super) async fn delete(connection: &mut Connection, lead_key: &str) -> Result<u64, sqlx::Error> {
    connection.overwrite(true).await?;
    let deleted = delete_all(connection, lead_key).await;
    connection.overwrite(false).await?;
    let deleted = deleted?;
    // Out of SQLite's write-ahead file too, as far as nobody reads it just now.
    connection.checkpoint().await?;
    Ok(deleted)
}

async fn delete_all(connection: &mut Connection, lead_key: &str) -> Result<u64, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let theirs = "SELECT id FROM prediction_logs WHERE lead_key = $1";
    let outcomes =
        format!("DELETE FROM outcomes WHERE (prediction_id = '' AND lead_key = $1) OR prediction_id IN ({theirs})");
    transaction.execute(outcomes, &[lead_key.into()]).await?;
    let named = format!("\n{}\n", mark(lead_key));
    let holds = match transaction.dialect() {
        Dialect::Sqlite => "instr(lead_keys, $1) > 0",
        Dialect::Postgres => "strpos(lead_keys, $1) > 0",
    };
    transaction.execute(format!("DELETE FROM keyed_answers WHERE {holds}"), &[(&named).into()]).await?;
    let deleted =
        transaction.execute("DELETE FROM prediction_logs WHERE lead_key = $1".to_owned(), &[lead_key.into()]).await?;
    transaction.commit().await?;
    Ok(deleted)
}
