//! Paths that a Rust statement names, resolved to the root of its crate. Reads text: no macro expansion, no types.

use super::source::import;

/// A path within a crate, from its root: `["lead", "csv", "Reader"]`.
pub(super) type Path = Vec<String>;

/// The module that a file of a crate's `src` is: `lead/csv.rs` and `lead/csv/mod.rs` are both `lead::csv`.
pub(super) fn module_of(file: &str) -> Path {
    let file = file.trim_end_matches(".rs");
    let parts = file.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main"));
    parts.map(str::to_owned).collect()
}

/// A name that a `use` declaration brings into a file; `*` for a glob.
#[derive(Debug, PartialEq)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) path: Path,
    pub(super) is_reexport: bool,
}

/// Names that a statement imports from the file's own crate. `children` are the modules that the file declares.
pub(super) fn bindings(statement: &str, module: &[String], children: &[String]) -> Vec<Binding> {
    let Some((tree, is_reexport)) = import(statement) else { return Vec::new() };
    let mut leaves = Vec::new();
    expand("", tree.trim_end_matches(';'), &mut leaves);
    let bound = leaves.iter().filter_map(|leaf| {
        let (path, alias) = leaf.split_once(" as ").unwrap_or((leaf, ""));
        let path = absolute(path, module, children)?;
        let name = if alias.is_empty() { path.last()?.clone() } else { alias.trim().to_owned() };
        Some(Binding { name, path, is_reexport })
    });
    bound.collect()
}

/// Paths within the file's own crate that a statement of any kind names; globs without their `*`.
pub(super) fn paths(statement: &str, module: &[String], children: &[String]) -> Vec<Path> {
    if import(statement).is_some() {
        let bound = bindings(statement, module, children).into_iter().map(|binding| binding.path);
        return bound.map(|path| path.into_iter().filter(|part| part != "*").collect()).collect();
    }
    let mut found = Vec::new();
    let mut rest = statement;
    while let Some(at) = rest.find("::") {
        let start = rest[..at].rfind(|c: char| !is_name(c)).map_or(0, |before| before + 1);
        let end = rest[at..].find(|c: char| !(is_name(c) || c == ':')).map_or(rest.len(), |length| at + length);
        found.extend(absolute(rest[start..end].trim_end_matches(':'), module, children));
        rest = &rest[end..];
    }
    found
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Opens the braces of a `use` tree into whole paths, with their ` as NAME`.
fn expand(before: &str, tree: &str, leaves: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let path = match tree {
            "self" => before.trim_end_matches("::").to_owned(),
            tree => format!("{before}{tree}"),
        };
        leaves.extend((!tree.is_empty()).then_some(path));
        return;
    };
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let (mut depth, mut start) = (0_u32, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                expand(&format!("{before}{head}"), &group[start..at], leaves);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&format!("{before}{head}"), &group[start..], leaves);
}

/// A path from the crate's root; `None` where it begins with another crate.
fn absolute(path: &str, module: &[String], children: &[String]) -> Option<Path> {
    let parts: Vec<&str> = path.split("::").map(str::trim).collect();
    let supers = parts.iter().take_while(|part| **part == "super").count();
    let (base, rest) = match *parts.first()? {
        "crate" | "scorer" => (&module[..0], &parts[1..]),
        "self" => (module, &parts[1..]),
        "super" => (&module[..module.len().checked_sub(supers)?], &parts[supers..]),
        first if children.iter().any(|child| child == first) => (module, &parts[..]),
        _ => return None,
    };
    Some(base.iter().cloned().chain(rest.iter().map(|&part| part.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(statement: &str, file: &str) -> Vec<String> {
        let children = ["child".to_owned()];
        paths(statement, &module_of(file), &children).iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn groups_and_supers_are_resolved() {
        assert_eq!(found("use crate::{lead::Lead, model};", "wire.rs"), ["lead::Lead", "model"]);
        assert_eq!(
            found("use crate::lead::{self, csv, encode::{Encoder, Matrix}};", "wire.rs"),
            ["lead", "lead::csv", "lead::encode::Encoder", "lead::encode::Matrix"]
        );
        assert_eq!(found("use super::super::model::Forest;", "lead/json/syntax.rs"), ["lead::model::Forest"]);
        assert_eq!(found("use super::{Lead, encode};", "lead/csv.rs"), ["lead::Lead", "lead::encode"]);
        assert_eq!(found("use super::super::api;", "lead/csv.rs"), ["api"]);
        assert_eq!(found("pub(super) use super::*;", "lead/csv/mod.rs"), ["lead"]);
    }

    #[test]
    fn inline_paths_and_child_modules_are_found_and_other_crates_are_not() {
        assert_eq!(
            found("let x = super::rank::of(crate::lead::Lead::new());", "a/b.rs"),
            ["a::rank::of", "lead::Lead::new"]
        );
        assert_eq!(found("child::run(std::mem::take(&mut x))", "a/mod.rs"), ["a::child::run"]);
        assert_eq!(found("let my_crate = other_crate::lead::x();", "wire.rs"), Vec::<String>::new());
        assert_eq!(found("use serde::{Deserialize, Serialize};", "wire.rs"), Vec::<String>::new());
    }

    #[test]
    fn a_binding_has_its_alias_and_says_when_it_is_a_reexport() {
        let bound = |statement| bindings(statement, &module_of("a/mod.rs"), &["child".to_owned()]);
        let path = |text: &str| text.split("::").map(str::to_owned).collect::<Path>();
        let binding = |name: &str, at: &str, is_reexport| Binding { name: name.into(), path: path(at), is_reexport };
        assert_eq!(bound("pub(crate) use child::run as start;"), [binding("start", "a::child::run", true)]);
        assert_eq!(bound("use self::child::Run;"), [binding("Run", "a::child::Run", false)]);
    }
}
