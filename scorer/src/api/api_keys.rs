//! API keys: generated, stored as hashes, verified.
//!
//! A key holds 244 random bits, so a single SHA-256 of it is as hard to invert as the key is to guess; the slow, salted
//! hashes that passwords need would only make each request slow.

use sha2::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};
use subtle::ConstantTimeEq;
use thiserror::Error;
use uuid::Uuid;

/// Prefix of keys, by which people and secret scanners recognize one.
const PREFIX: &str = "ll_";

/// Longest name in bytes.
const NAME_MAX: usize = 64;

/// Names of callers that have no key.
pub const RESERVED: [&str; 2] = ["anonymous", "loopback"];

/// Permission of a key.
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
    /// All scopes.
    pub const ALL: [Scope; 3] = [Scope::Predict, Scope::Monitor, Scope::Admin];

    /// Name in configuration and responses.
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

/// Error of the configured keys. Never holds a key or its hash.
#[derive(Debug, Error)]
pub enum KeyError {
    /// Unreadable key file.
    #[error("cannot read the key file {}: {reason}", .path.display())]
    Unreadable {
        /// Key file.
        path: PathBuf,
        /// Error of the operating system.
        reason: std::io::Error,
    },
    /// Key file without keys, which would disable authentication.
    #[error("the key file {} holds no key", .0.display())]
    NoKey(PathBuf),
    /// Line that does not have three fields.
    #[error("line {0} of the keys should be a name, its scopes and the SHA-256 of the key, with spaces between")]
    Line(usize),
    /// Name that is not allowed.
    #[error(
        "the name of a key should be 1 to {NAME_MAX} letters, digits, dots, dashes or underscores, and not {}",
        RESERVED.join(" or ")
    )]
    Name,
    /// Unknown scope.
    #[error("scope {0:?} should be predict, monitor or admin")]
    Scope(String),
    /// No scope.
    #[error("a key should have at least one scope: predict, monitor or admin, with commas between")]
    NoScope,
}

/// Name, scopes and hash of a key.
#[derive(Clone, PartialEq)]
pub struct ApiKey {
    /// Name of the caller; several keys may share it during rotation.
    pub name: Arc<str>,
    /// Scopes in the order configured.
    pub scopes: Vec<Scope>,
    hash: [u8; 32],
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("name", &self.name).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl ApiKey {
    /// Generates a key: the secret, shown once, and what is stored.
    pub fn generate(name: &str, scopes: Vec<Scope>) -> Result<(String, ApiKey), KeyError> {
        // Two random UUIDs: 244 bits of the system's generator.
        let secret = format!("{PREFIX}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let hash = Sha256::digest(secret.as_bytes()).into();
        Ok((secret, ApiKey { name: validated_name(name)?.into(), scopes: nonempty(scopes)?, hash }))
    }

    /// Formats the configuration line: name, scopes, hash.
    pub fn to_line(&self) -> String {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.word()).collect();
        let hash = hex::encode(self.hash);
        format!("{} {} {hash}", self.name, scopes.join(","))
    }

    fn parse_line(number: usize, line: &str) -> Result<ApiKey, KeyError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, scopes, hash] = words[..] else { return Err(KeyError::Line(number)) };
        let hash = decode_hash(hash).ok_or(KeyError::Line(number))?;
        Ok(ApiKey { name: validated_name(name)?.into(), scopes: parse_scopes(scopes)?, hash })
    }
}

/// Parses comma-separated scopes.
pub fn parse_scopes(text: &str) -> Result<Vec<Scope>, KeyError> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    nonempty(words.map(str::parse).collect::<Result<_, _>>()?)
}

fn nonempty(scopes: Vec<Scope>) -> Result<Vec<Scope>, KeyError> {
    if scopes.is_empty() { Err(KeyError::NoScope) } else { Ok(scopes) }
}

fn validated_name(name: &str) -> Result<&str, KeyError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let plain = (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(fits);
    if plain && !RESERVED.contains(&name) { Ok(name) } else { Err(KeyError::Name) }
}

fn decode_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok()?;
    Some(hash)
}

/// Parses keys, one per line or separated by `;`; empty lines and lines that begin with `#` are ignored.
fn parse_keys(text: &str) -> Result<Vec<ApiKey>, KeyError> {
    let lines = text.split(['\n', ';']).map(str::trim).enumerate();
    let entries = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    entries.map(|(at, line)| ApiKey::parse_line(at + 1, line)).collect()
}

/// All configured keys: those given as text, and those of a file, which is reloaded. Clones share the keys.
#[derive(Debug, Clone, Default)]
pub struct ApiKeys(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    file: Option<PathBuf>,
    fixed: Vec<ApiKey>,
    from_file: RwLock<KeyFile>,
}

#[derive(Debug, Default)]
struct KeyFile {
    text: String,
    keys: Arc<[ApiKey]>,
}

impl ApiKeys {
    /// Loads the keys of a file and those given as text.
    pub fn open(file: Option<&Path>, text: &str) -> Result<ApiKeys, KeyError> {
        let from_file = file.map(load).transpose()?.unwrap_or_default();
        let fixed = parse_keys(text)?;
        Ok(ApiKeys(Arc::new(Inner { file: file.map(Path::to_owned), fixed, from_file: RwLock::new(from_file) })))
    }

    /// Reloads the file; true when it changed. A file that cannot be read changes nothing.
    pub fn refresh(&self) -> Result<bool, KeyError> {
        let Some(file) = &self.0.file else { return Ok(false) };
        let loaded = load(file)?;
        let mut known = self.0.from_file.write().unwrap_or_else(PoisonError::into_inner);
        let changed = known.text != loaded.text;
        if changed {
            *known = loaded;
        }
        Ok(changed)
    }

    /// True when no keys are configured.
    pub fn is_empty(&self) -> bool {
        self.0.fixed.is_empty() && self.file_keys().is_empty()
    }

    /// Finds a key. All keys are compared in constant time, so that the time taken reveals nothing.
    pub fn find(&self, sent: &[u8]) -> Option<ApiKey> {
        let hash: [u8; 32] = Sha256::digest(sent).into();
        let mut found = None;
        for key in self.0.fixed.iter().chain(self.file_keys().iter()) {
            if bool::from(key.hash.ct_eq(&hash)) {
                found = Some(key.clone());
            }
        }
        found
    }

    fn file_keys(&self) -> Arc<[ApiKey]> {
        self.0.from_file.read().unwrap_or_else(PoisonError::into_inner).keys.clone()
    }
}

fn load(file: &Path) -> Result<KeyFile, KeyError> {
    let unreadable = |reason| KeyError::Unreadable { path: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    let keys = parse_keys(&text)?;
    if keys.is_empty() { Err(KeyError::NoKey(file.to_owned())) } else { Ok(KeyFile { keys: keys.into(), text }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_secret_alone() {
        let (secret, key) = ApiKey::generate("crm", vec![Scope::Predict, Scope::Monitor]).unwrap();
        assert!(secret.starts_with("ll_") && secret.len() == 67, "{secret}");
        assert!(!key.to_line().contains(&secret) && !format!("{key:?}").contains(&key.to_line()[20..]));
        let keys = ApiKeys::open(None, &format!("# ours\r\n\n  {}  ;\n", key.to_line())).unwrap();
        assert_eq!(keys.find(secret.as_bytes()), Some(key));
        assert_eq!(keys.find(b"ll_0000"), None);
        assert!(!keys.is_empty() && ApiKeys::default().is_empty());
        assert_ne!(ApiKey::generate("crm", vec![Scope::Admin]).unwrap().0, secret);
    }

    #[test]
    fn invalid_lines_are_errors() {
        let hash = "0".repeat(64);
        for (wrong, expected) in [
            ("crm predict", "line 1"),
            ("crm predict 12", "line 1"),
            (&format!("crm predict {hash}g"), "line 1"),
            (&format!("crm read {hash}"), "\"read\""),
            (&format!("crm , {hash}"), "at least one"),
            (&format!("anonymous predict {hash}"), "anonymous"),
            (&format!("a=b predict {hash}"), "letters"),
        ] {
            let message = ApiKeys::open(None, wrong).unwrap_err().to_string();
            assert!(message.contains(expected) && !message.contains(&hash), "{message}");
        }
    }

    #[test]
    fn a_file_is_reloaded_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let (first, old) = ApiKey::generate("crm", vec![Scope::Predict]).unwrap();
        let (second, new) = ApiKey::generate("crm", vec![Scope::Predict]).unwrap();
        std::fs::write(&file, old.to_line()).unwrap();
        let keys = ApiKeys::open(Some(&file), "").unwrap();
        assert!(!keys.refresh().unwrap());
        std::fs::write(&file, "").unwrap();
        assert!(matches!(keys.refresh(), Err(KeyError::NoKey(_))));
        assert!(keys.find(first.as_bytes()).is_some());
        std::fs::write(&file, new.to_line()).unwrap();
        assert!(keys.refresh().unwrap());
        assert!(keys.find(first.as_bytes()).is_none() && keys.find(second.as_bytes()).is_some());
    }
}
