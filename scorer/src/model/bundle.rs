//! The model file: an ONNX graph, as its exporter wrote it, with Leadlight's sections appended as metadata.
//!
//! Owns the container (`docs/MODEL_FORMAT.md`): which bytes are the graph's, which section is whose, and the hashes
//! that prove the file whole. Appending works because a protobuf message may be continued behind its end: the graph's
//! own bytes are never read and written again. Sections of later layers are opaque here. May not know what they mean,
//! nor CSV, HTTP, storage or the page.

use super::proto::{Entry, Metadata};
use prost::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use thiserror::Error;

/// The version of the container that this code writes and reads.
pub const FORMAT: u32 = 1;

/// The most bytes that a model file may have.
pub const FILE_MAX: usize = 256 << 20;

/// Stands before the name of each of our metadata keys.
const PREFIX: &str = "leadlight.";

/// The keys of the manifest and of its hash, which come last.
const MANIFEST: &str = "manifest";
const SEAL: &str = "seal";

/// A model file, taken apart and proved whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle<'a> {
    /// The exporter's bytes.
    pub graph: &'a [u8],
    /// Which output of the graph is the probability.
    pub output: Output,
    /// The sections, by name.
    pub sections: BTreeMap<String, String>,
    /// SHA-256 of the whole file, in hexadecimal.
    pub sha256: String,
}

/// Which output of the graph is the probability of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The output's name.
    pub name: String,
    /// The column in it.
    pub column: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    graph_bytes: usize,
    graph_sha256: String,
    output: Output,
    sections: BTreeMap<String, String>,
}

/// Why a file is no model of Leadlight's.
#[derive(Debug, Error)]
pub enum BundleError {
    /// More bytes than allowed.
    #[error("the model file has {0} bytes; at most {FILE_MAX} are allowed")]
    TooLarge(usize),
    /// Not an ONNX file, or one that ends too soon.
    #[error("the file is not a whole ONNX model: {0}")]
    NotOnnx(#[from] prost::DecodeError),
    /// An ONNX file without our metadata.
    #[error("the ONNX file has no {PREFIX}* metadata; make a model file of it with `leadlight pack`")]
    NotPacked,
    /// A manifest that cannot be read.
    #[error("the manifest in the model file is broken: {0}")]
    Manifest(serde_json::Error),
    /// Written for another version of the format.
    #[error("the model file has format {0}; this version reads format {FORMAT}")]
    Format(u32),
    /// A graph whose bytes are not those that were packed.
    #[error("the graph in the model file is not the one that was packed: its hash differs")]
    GraphHash,
    /// A section whose bytes are not those that were packed.
    #[error("the section {0:?} of the model file is not the one that was packed: its hash differs")]
    SectionHash(String),
    /// Bytes that belong to nothing.
    #[error("the model file holds bytes beside its graph and its sections")]
    Stray,
    /// A section that the manifest does not name, or the other way round, or one that stands twice.
    #[error("the sections of the model file are not those that its manifest names: {0:?}")]
    SectionNames(String),
}

/// Whether a file has our metadata at all.
pub fn is_packed(file: &[u8]) -> Result<bool, BundleError> {
    Ok(entries(file)?.iter().any(|entry| entry.key.starts_with(PREFIX)))
}

/// Appends sections to the bytes of an ONNX file that has none yet.
pub fn append(graph: &[u8], output: Output, sections: &BTreeMap<String, String>) -> Result<Vec<u8>, BundleError> {
    let manifest = Manifest {
        format: FORMAT,
        graph_bytes: graph.len(),
        graph_sha256: hash(graph),
        output,
        sections: sections.iter().map(|(name, text)| (name.clone(), hash(text.as_bytes()))).collect(),
    };
    let manifest = serde_json::to_string(&manifest).map_err(BundleError::Manifest)?;
    let entry = |name: &str, value: &str| Entry { key: format!("{PREFIX}{name}"), value: value.to_owned() };
    let mut entries: Vec<Entry> = sections.iter().map(|(name, text)| entry(name, text)).collect();
    entries.push(entry(MANIFEST, &manifest));
    entries.push(entry(SEAL, &hash(manifest.as_bytes())));
    let mut file = graph.to_vec();
    file.extend(Metadata { entries }.encode_to_vec());
    Ok(file)
}

/// Takes a file apart. Every byte of it is covered by a hash or by the container's own form.
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
    if ours.remove(SEAL) != Some(hash(manifest.as_bytes())) {
        return Err(BundleError::SectionHash(MANIFEST.to_owned()));
    }
    let manifest: Manifest = serde_json::from_str(&manifest).map_err(BundleError::Manifest)?;
    if manifest.format != FORMAT {
        return Err(BundleError::Format(manifest.format));
    }
    let graph = file.get(..manifest.graph_bytes).filter(|graph| hash(graph) == manifest.graph_sha256);
    let graph = graph.ok_or(BundleError::GraphHash)?;
    check_sections(&manifest.sections, &ours)?;
    // Made anew from what was read, the file is the same: no byte of it is left unlooked at.
    if append(graph, manifest.output.clone(), &ours)? != file {
        return Err(BundleError::Stray);
    }
    Ok(Bundle { graph, output: manifest.output, sections: ours, sha256: hash(file) })
}

/// The file without our sections: what its exporter wrote.
pub fn graph_of(file: &[u8]) -> Result<&[u8], BundleError> {
    if is_packed(file)? { Ok(read(file)?.graph) } else { Ok(file) }
}

/// SHA-256 in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
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
    match sections.iter().find(|(name, text)| hashes.get(*name) != Some(&hash(text.as_bytes()))) {
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
        append(&graph.encode_to_vec(), Output { name: "p".into(), column: 1 }, &sections).unwrap()
    }

    #[test]
    fn what_was_appended_is_read_back_and_the_graph_is_untouched() {
        let file = packed();
        let bundle = read(&file).unwrap();
        assert_eq!(bundle.sections["encoder"], "{\"a\":1}");
        assert!(file.starts_with(bundle.graph));
        assert_eq!(ModelProto::decode(bundle.graph).unwrap().producer_name, "someone");
        assert_eq!(graph_of(&file).unwrap(), bundle.graph);
        // Any other reader sees one model with metadata.
        assert_eq!(ModelProto::decode(file.as_slice()).unwrap().producer_name, "someone");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let file = packed();
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            assert!(read(&changed).is_err(), "byte {place}");
        }
        for length in 0..file.len() {
            assert!(read(&file[..length]).is_err(), "{length} bytes");
        }
        assert!(read(&[file.as_slice(), b"\x08\x01"].concat()).is_err());
    }

    #[test]
    fn a_file_without_our_metadata_says_what_to_do() {
        let graph = ModelProto { ir_version: 8, ..ModelProto::default() }.encode_to_vec();
        assert!(read(&graph).unwrap_err().to_string().contains("leadlight pack"));
        assert!(matches!(read(b"%PDF-1.4"), Err(BundleError::NotOnnx(_) | BundleError::NotPacked)));
        assert!(!is_packed(&graph).unwrap());
    }
}
