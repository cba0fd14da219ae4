//! Random bytes that all instances of a service share: made once, by whoever needs them first.
//!
//! Owns the table `secrets`. May not know what they are for.

use super::database::{Cell, Transaction};
use uuid::Uuid;

/// The bytes of a name; made where there are none.
pub(super) async fn read(transaction: &mut Transaction<'_>, name: &str) -> Result<[u8; 16], sqlx::Error> {
    let made = Uuid::new_v4();
    let insert = "INSERT INTO secrets (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    transaction.execute(insert.to_owned(), &[name.into(), Cell::Bytes(made.as_bytes())]).await?;
    let rows = transaction.fetch("SELECT bytes FROM secrets WHERE name = $1".to_owned(), &[name.into()]).await?;
    let bytes: Vec<u8> = rows.first().ok_or(sqlx::Error::RowNotFound)?.get(0)?;
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a secret should have 16 bytes".into()))
}
