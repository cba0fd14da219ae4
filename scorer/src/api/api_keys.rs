//! Keys of callers: made, stored as hashes, recognised.
//!
//! Owns their form and the lines that they are configured by. May not know HTTP or what a scope opens.
//!
//! A key is 244 random bits, so a single SHA-256 of it is as hard to turn round as the key is to guess; the slow,
//! salted hashes that passwords need would only make each request slow.

use sha2::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};
use thiserror::Error;
use uuid::Uuid;

/// What a key begins with, so that people and scanners of secrets know one.
const PREFIX: &str = "ll_";

/// The longest name, in bytes.
const NAME_MAX: usize = 64;

/// Names of callers that have no key.
pub const RESERVED: [&str; 2] = ["anonymous", "loopback"];

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Scoring leads.
    Predict,
    /// Monitoring, metrics, recorded predictions.
    Monitor,
    /// Changing what is served.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 3] = [Scope::Predict, Scope::Monitor, Scope::Admin];

    /// Its word in lines and answers.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Predict => "predict",
            Scope::Monitor => "monitor",
            Scope::Admin => "admin",
        }
    }
}

impl FromStr for Scope {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Scope::ALL.into_iter().find(|scope| scope.word() == text).ok_or_else(|| KeyError::Scope(text.to_owned()))
    }
}

/// Why keys cannot be used. Never says a key or its hash.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file.
    #[error("cannot read the key file {}: {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// In the system's words.
        reason: std::io::Error,
    },
    /// A file of no keys would open what it is meant to close.
    #[error("the key file {} holds no key", .0.display())]
    NoKey(PathBuf),
    /// Not three words.
    #[error("line {0} of the keys should be a name, its scopes and the SHA-256 of the key, with spaces between")]
    Line(usize),
    /// A name that cannot stand in logs.
    #[error(
        "the name of a key should be 1 to {NAME_MAX} letters, digits, dots, dashes or underscores, and not {}",
        RESERVED.join(" or ")
    )]
    Name,
    /// No such scope.
    #[error("scope {0:?} should be predict, monitor or admin")]
    Scope(String),
    /// No scope at all.
    #[error("a key should have at least one scope: predict, monitor or admin, with commas between")]
    NoScope,
}

/// Who a key belongs to and what it opens.
#[derive(Clone, PartialEq)]
pub struct ApiKey {
    /// Of the caller; several keys may have one name while they are being changed.
    pub name: Arc<str>,
    /// In the order in which they were given.
    pub scopes: Vec<Scope>,
    hash: [u8; 32],
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("name", &self.name).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl ApiKey {
    /// A new key: what the caller sends, shown once, and what is stored.
    pub fn make(name: &str, scopes: Vec<Scope>) -> Result<(String, ApiKey), KeyError> {
        // Two random UUIDs are 244 bits from the system's generator.
        let secret = format!("{PREFIX}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let hash = Sha256::digest(secret.as_bytes()).into();
        Ok((secret, ApiKey { name: named(name)?.into(), scopes: some(scopes)?, hash }))
    }

    /// The line that it is configured by.
    pub fn line(&self) -> String {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.word()).collect();
        let hash: String = self.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{} {} {hash}", self.name, scopes.join(","))
    }

    fn read(number: usize, line: &str) -> Result<ApiKey, KeyError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, scopes, hash] = words[..] else { return Err(KeyError::Line(number)) };
        let hash = bytes(hash).ok_or(KeyError::Line(number))?;
        Ok(ApiKey { name: named(name)?.into(), scopes: self::scopes(scopes)?, hash })
    }
}

/// Reads scopes with commas between.
pub fn scopes(text: &str) -> Result<Vec<Scope>, KeyError> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    some(words.map(str::parse).collect::<Result<_, _>>()?)
}

fn some(scopes: Vec<Scope>) -> Result<Vec<Scope>, KeyError> {
    if scopes.is_empty() { Err(KeyError::NoScope) } else { Ok(scopes) }
}

fn named(name: &str) -> Result<&str, KeyError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let plain = (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(fits);
    if plain && !RESERVED.contains(&name) { Ok(name) } else { Err(KeyError::Name) }
}

fn bytes(hexadecimal: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if hexadecimal.len() != 64 || !hexadecimal.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(hexadecimal.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Reads lines of keys, or several in one line with `;` between; empty ones and those that begin with `#` say nothing.
fn read(text: &str) -> Result<Vec<ApiKey>, KeyError> {
    let lines = text.split(['\n', ';']).map(str::trim).enumerate();
    let said = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    said.map(|(at, line)| ApiKey::read(at + 1, line)).collect()
}

/// The keys that are known: those of the environment for good, those of a file as long as they stand there. Cheap to
/// clone; clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct ApiKeys(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    file: Option<PathBuf>,
    fixed: Vec<ApiKey>,
    from_file: RwLock<Filed>,
}

#[derive(Debug, Default)]
struct Filed {
    text: String,
    keys: Arc<[ApiKey]>,
}

impl ApiKeys {
    /// Reads the keys of a file and those given as text.
    pub fn open(file: Option<&Path>, text: &str) -> Result<ApiKeys, KeyError> {
        let from_file = file.map(load).transpose()?.unwrap_or_default();
        let fixed = read(text)?;
        Ok(ApiKeys(Arc::new(Inner { file: file.map(Path::to_owned), fixed, from_file: RwLock::new(from_file) })))
    }

    /// Reads the file again; says whether it holds something else than before. A file that cannot be read changes
    /// nothing.
    pub fn refresh(&self) -> Result<bool, KeyError> {
        let Some(file) = &self.0.file else { return Ok(false) };
        let filed = load(file)?;
        let mut known = self.0.from_file.write().unwrap_or_else(PoisonError::into_inner);
        let changed = known.text != filed.text;
        if changed {
            *known = filed;
        }
        Ok(changed)
    }

    /// Whether there is none, so that nobody can be asked for one.
    pub fn is_empty(&self) -> bool {
        self.0.fixed.is_empty() && self.of_file().is_empty()
    }

    /// The key that was sent, if it is known. Every key is compared to its end, so that the time taken tells nothing.
    pub fn find(&self, sent: &[u8]) -> Option<ApiKey> {
        let hash: [u8; 32] = Sha256::digest(sent).into();
        let mut found = None;
        for key in self.0.fixed.iter().chain(self.of_file().iter()) {
            if is_equal(&key.hash, &hash) {
                found = Some(key.clone());
            }
        }
        found
    }

    fn of_file(&self) -> Arc<[ApiKey]> {
        self.0.from_file.read().unwrap_or_else(PoisonError::into_inner).keys.clone()
    }
}

fn load(file: &Path) -> Result<Filed, KeyError> {
    let unreadable = |reason| KeyError::Unreadable { path: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    let keys = read(&text)?;
    if keys.is_empty() { Err(KeyError::NoKey(file.to_owned())) } else { Ok(Filed { keys: keys.into(), text }) }
}

fn is_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let difference = one.iter().zip(other).fold(0, |difference, (one, other)| difference | (one ^ other));
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_line_and_no_other_is() {
        let (secret, key) = ApiKey::make("crm", vec![Scope::Predict, Scope::Monitor]).unwrap();
        assert!(secret.starts_with("ll_") && secret.len() == 67, "{secret}");
        assert!(!key.line().contains(&secret) && !format!("{key:?}").contains(&key.line()[20..]));
        let ring = ApiKeys::open(None, &format!("# ours\r\n\n  {}  ;\n", key.line())).unwrap();
        assert_eq!(ring.find(secret.as_bytes()), Some(key));
        assert_eq!(ring.find(b"ll_0000"), None);
        assert!(!ring.is_empty() && ApiKeys::default().is_empty());
        assert_ne!(ApiKey::make("crm", vec![Scope::Admin]).unwrap().0, secret);
    }

    #[test]
    fn lines_that_are_no_keys_are_refused() {
        let hash = "0".repeat(64);
        for (wrong, said) in [
            ("crm predict", "line 1"),
            ("crm predict 12", "line 1"),
            (&format!("crm predict {hash}g"), "line 1"),
            (&format!("crm read {hash}"), "\"read\""),
            (&format!("crm , {hash}"), "at least one"),
            (&format!("anonymous predict {hash}"), "anonymous"),
            (&format!("a=b predict {hash}"), "letters"),
        ] {
            let told = ApiKeys::open(None, wrong).unwrap_err().to_string();
            assert!(told.contains(said) && !told.contains(&hash), "{told}");
        }
    }

    #[test]
    fn a_file_is_read_again_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let (first, old) = ApiKey::make("crm", vec![Scope::Predict]).unwrap();
        let (second, new) = ApiKey::make("crm", vec![Scope::Predict]).unwrap();
        std::fs::write(&file, old.line()).unwrap();
        let ring = ApiKeys::open(Some(&file), "").unwrap();
        assert!(!ring.refresh().unwrap());
        std::fs::write(&file, "").unwrap();
        assert!(matches!(ring.refresh(), Err(KeyError::NoKey(_))));
        assert!(ring.find(first.as_bytes()).is_some());
        std::fs::write(&file, new.line()).unwrap();
        assert!(ring.refresh().unwrap());
        assert!(ring.find(first.as_bytes()).is_none() && ring.find(second.as_bytes()).is_some());
    }
}
