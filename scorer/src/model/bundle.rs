//! Model file container: an ONNX graph, byte for byte as its exporter wrote it, followed by Leadlight's sections as
//! metadata entries (`docs/MODEL_FORMAT.md`).
//!
//! Appending works because protobuf messages may be concatenated, so the graph is never re-encoded. A manifest with
//! SHA-256 hashes covers every byte. Sections are opaque here.

use super::proto::{Entry, Metadata};
use prost::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use thiserror::Error;

/// Version of the container that this code writes and reads.
pub const FORMAT: u32 = 1;

/// Largest model file in bytes.
pub const FILE_MAX: usize = 256 << 20;

/// Prefix of our metadata keys.
const PREFIX: &str = "leadlight.";

/// Keys of the manifest and of its hash, which come last.
const MANIFEST: &str = "manifest";
const MANIFEST_HASH: &str = "seal";

/// A parsed and verified model file.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle<'a> {
    /// Bytes of the exporter's ONNX file.
    pub graph: &'a [u8],
    /// Output column with the probability.
    pub output: OutputColumn,
    /// Sections by name.
    pub sections: BTreeMap<String, String>,
    /// SHA-256 of the whole file, in hexadecimal.
    pub sha256: String,
}

/// Output column of the graph that holds the probability of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputColumn {
    /// Name of the output.
    pub name: String,
    /// Column index.
    pub column: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    graph_bytes: usize,
    graph_sha256: String,
    output: OutputColumn,
    sections: BTreeMap<String, String>,
}

/// Errors of the container.
#[derive(Debug, Error)]
pub enum BundleError {
    /// Larger than [`FILE_MAX`].
    #[error("the model file has {0} bytes; at most {FILE_MAX} are allowed")]
    TooLarge(usize),
    /// Not an ONNX file, or a truncated one.
    #[error("the file is not a whole ONNX model: {0}")]
    NotOnnx(#[from] prost::DecodeError),
    /// ONNX file without our metadata.
    #[error("the ONNX file has no {PREFIX}* metadata; make a model file of it with `leadlight pack`")]
    NotPacked,
    /// Manifest that cannot be parsed.
    #[error("the manifest in the model file is broken: {0}")]
    Manifest(serde_json::Error),
    /// Unsupported version of the container.
    #[error("the model file has format {0}; this version reads format {FORMAT}")]
    Format(u32),
    /// Hash mismatch of the graph.
    #[error("the graph in the model file is not the one that was packed: its hash differs")]
    GraphHash,
    /// Hash mismatch of a section.
    #[error("the section {0:?} of the model file is not the one that was packed: its hash differs")]
    SectionHash(String),
    /// Bytes outside of the graph and the sections.
    #[error("the model file holds bytes beside its graph and its sections")]
    Stray,
    /// Section missing from the manifest or from the file, or duplicate.
    #[error("the sections of the model file are not those that its manifest names: {0:?}")]
    SectionNames(String),
}

/// True when a file has our metadata.
pub fn is_packed(file: &[u8]) -> Result<bool, BundleError> {
    Ok(entries(file)?.iter().any(|entry| entry.key.starts_with(PREFIX)))
}

/// Appends sections to the bytes of an ONNX file that has none yet.
pub fn append(graph: &[u8], output: OutputColumn, sections: &BTreeMap<String, String>) -> Result<Vec<u8>, BundleError> {
    let manifest = Manifest {
        format: FORMAT,
        graph_bytes: graph.len(),
        graph_sha256: sha256_hex(graph),
        output,
        sections: sections.iter().map(|(name, text)| (name.clone(), sha256_hex(text.as_bytes()))).collect(),
    };
    let manifest = serde_json::to_string(&manifest).map_err(BundleError::Manifest)?;
    let entry = |name: &str, value: &str| Entry { key: format!("{PREFIX}{name}"), value: value.to_owned() };
    let mut entries: Vec<Entry> = sections.iter().map(|(name, text)| entry(name, text)).collect();
    entries.push(entry(MANIFEST, &manifest));
    entries.push(entry(MANIFEST_HASH, &sha256_hex(manifest.as_bytes())));
    let mut file = graph.to_vec();
    file.extend(Metadata { entries }.encode_to_vec());
    Ok(file)
}

/// Parses and verifies a file. Every byte is covered by a hash or by the container's own form.
pub fn read(file: &[u8]) -> Result<Bundle<'_>, BundleError> {
    let mut ours = BTreeMap::new();
    for entry in entries(file)? {
        if let Some(name) = entry.key.strip_prefix(PREFIX)
            && ours.insert(name.to_owned(), entry.value).is_some()
        {
            return Err(BundleError::SectionNames(name.to_owned()));
        }
    }
    let manifest = ours.remove(MANIFEST).ok_or(BundleError::NotPacked)?;
    if ours.remove(MANIFEST_HASH) != Some(sha256_hex(manifest.as_bytes())) {
        return Err(BundleError::SectionHash(MANIFEST.to_owned()));
    }
    let manifest: Manifest = serde_json::from_str(&manifest).map_err(BundleError::Manifest)?;
    if manifest.format != FORMAT {
        return Err(BundleError::Format(manifest.format));
    }
    let graph = file.get(..manifest.graph_bytes).filter(|graph| sha256_hex(graph) == manifest.graph_sha256);
    let graph = graph.ok_or(BundleError::GraphHash)?;
    check_sections(&manifest.sections, &ours)?;
    // Packed again, the sections must give the same file: so no byte is left unchecked.
    if append(graph, manifest.output.clone(), &ours)? != file {
        return Err(BundleError::Stray);
    }
    Ok(Bundle { graph, output: manifest.output, sections: ours, sha256: sha256_hex(file) })
}

/// Bytes of the exporter's ONNX file, from a packed file or an unpacked one.
pub fn graph_bytes(file: &[u8]) -> Result<&[u8], BundleError> {
    if is_packed(file)? { Ok(read(file)?.graph) } else { Ok(file) }
}

/// SHA-256 in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn entries(file: &[u8]) -> Result<Vec<Entry>, BundleError> {
    if file.len() > FILE_MAX {
        return Err(BundleError::TooLarge(file.len()));
    }
    Ok(Metadata::decode(file)?.entries)
}

fn check_sections(hashes: &BTreeMap<String, String>, sections: &BTreeMap<String, String>) -> Result<(), BundleError> {
    let stray = hashes.keys().find(|name| !sections.contains_key(*name));
    if let Some(name) = stray.or_else(|| sections.keys().find(|name| !hashes.contains_key(*name))) {
        return Err(BundleError::SectionNames(name.clone()));
    }
    match sections.iter().find(|(name, text)| hashes.get(*name) != Some(&sha256_hex(text.as_bytes()))) {
        Some((name, _)) => Err(BundleError::SectionHash(name.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::proto::ModelProto;

    fn packed() -> Vec<u8> {
        let graph = ModelProto { ir_version: 8, producer_name: "someone".into(), ..ModelProto::default() };
        let sections =
            BTreeMap::from([("card".to_owned(), "{}".to_owned()), ("encoder".to_owned(), "{\"a\":1}".to_owned())]);
        append(&graph.encode_to_vec(), OutputColumn { name: "p".into(), column: 1 }, &sections).unwrap()
    }

    #[test]
    fn packing_preserves_graph_and_sections() {
        let file = packed();
        let bundle = read(&file).unwrap();
        assert_eq!(bundle.sections["encoder"], "{\"a\":1}");
        assert!(file.starts_with(bundle.graph));
        assert_eq!(ModelProto::decode(bundle.graph).unwrap().producer_name, "someone");
        assert_eq!(graph_bytes(&file).unwrap(), bundle.graph);
        // Other readers see one model with metadata.
        assert_eq!(ModelProto::decode(file.as_slice()).unwrap().producer_name, "someone");
    }

    #[test]
    fn every_changed_byte_is_detected() {
        let file = packed();
        for offset in 0..file.len() {
            let mut changed = file.clone();
            changed[offset] ^= 1;
            assert!(read(&changed).is_err(), "byte {offset}");
        }
        for length in 0..file.len() {
            assert!(read(&file[..length]).is_err(), "{length} bytes");
        }
        assert!(read(&[file.as_slice(), b"\x08\x01"].concat()).is_err());
    }

    #[test]
    fn an_unpacked_file_is_rejected_with_a_hint() {
        let graph = ModelProto { ir_version: 8, ..ModelProto::default() }.encode_to_vec();
        assert!(read(&graph).unwrap_err().to_string().contains("leadlight pack"));
        assert!(matches!(read(b"%PDF-1.4"), Err(BundleError::NotOnnx(_) | BundleError::NotPacked)));
        assert!(!is_packed(&graph).unwrap());
    }
}
