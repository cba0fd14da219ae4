//! Import cycles among the files of each crate. In every folder the nodes are its modules (a file together with the folder
//! of its name) and an edge is a path in one that leads to an item of another. An item counts where it is defined: a
//! name that a `mod.rs` re-exports belongs to the module that it comes from. A parent module is no node of its own
//! folder: what it declares is shared by its children. Test modules do not count.

use super::paths::{Binding, Path, bindings, module_of, paths};
use super::source::{Findings, Source, definition};
use std::collections::{BTreeMap, BTreeSet};

/// Re-exports that are followed at most: more would be a cycle of names.
const REEXPORTS_MAX: usize = 8;

/// The files of one crate by their module.
#[derive(Default)]
pub(super) struct CrateFiles {
    modules: BTreeMap<Path, Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    children: Vec<String>,
    bindings: Vec<Binding>,
    /// Items that the file itself defines.
    items: BTreeSet<String>,
    /// Paths that the file uses, with their lines; re-exports are no uses.
    uses: Vec<(usize, Path)>,
}

/// Edges of one folder: from module to module, with the first place that makes each.
type Edges = BTreeMap<String, BTreeMap<String, String>>;

/// Groups Rust files into crates: one for each folder `src` and one for each folder of a test with a `main.rs`.
pub(super) fn crates(sources: &[Source]) -> BTreeMap<String, CrateFiles> {
    let roots: Vec<&str> = sources.iter().filter_map(|source| root(source.path)).collect();
    let mut crates: BTreeMap<String, CrateFiles> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let own = roots.iter().filter(|root| source.path.starts_with(**root)).max_by_key(|root| root.len());
        let Some(root) = own else { continue };
        let inside = &source.path[root.len()..];
        let is_test = inside.starts_with("bin/") || inside.split('/').any(|part| part == "tests" || part == "tests.rs");
        if !is_test {
            let modules = &mut crates.entry((*root).to_owned()).or_default().modules;
            modules.insert(module_of(inside), Module { file: source.path.to_owned(), ..Module::default() });
        }
    }
    for files in crates.values_mut() {
        files.read(sources);
    }
    crates
}

fn root(path: &str) -> Option<&str> {
    ["lib.rs", "main.rs"].iter().find_map(|name| path.strip_suffix(name))
}

impl CrateFiles {
    pub(super) fn count(&self) -> usize {
        self.modules.len()
    }

    fn read(&mut self, sources: &[Source]) {
        let names: Vec<Path> = self.modules.keys().cloned().collect();
        for (module, data) in &mut self.modules {
            let is_child = |name: &&Path| name.len() == module.len() + 1 && name.starts_with(module);
            data.children = names.iter().filter(is_child).filter_map(|name| name.last().cloned()).collect();
            let Some(source) = sources.iter().find(|source| source.path == data.file) else { continue };
            for (line, statement) in source.statements() {
                let bound = bindings(&statement, module, &data.children);
                if !bound.iter().any(|binding| binding.is_reexport) {
                    let used = paths(&statement, module, &data.children);
                    data.uses.extend(used.into_iter().map(|path| (line, path)));
                }
                data.bindings.extend(bound);
                data.items.extend(definition(&statement).map(str::to_owned));
            }
        }
    }

    /// The module that defines what a path names, through re-exports.
    fn owner(&self, path: &[String], depth: usize) -> Option<&Path> {
        let known = (0..=path.len()).rev().find_map(|end| self.modules.get_key_value(&path[..end]));
        let (module, data) = known?;
        let Some(name) = path.get(module.len()) else { return Some(module) };
        if depth == REEXPORTS_MAX || data.items.contains(name) {
            return Some(module);
        }
        let target = |binding: &&Binding| binding.name == *name && binding.path != path;
        if let Some(binding) = data.bindings.iter().find(target) {
            return self.owner(&binding.path, depth + 1);
        }
        let globs = data.bindings.iter().filter(|binding| binding.name == "*");
        let mut modules = globs.map(|glob| &glob.path[..glob.path.len() - 1]);
        modules
            .find_map(|glob| self.modules.get_key_value(glob).filter(|(_, module)| module.items.contains(name)))
            .map(|(glob, _)| glob)
            .or(Some(module))
    }

    /// Edges by the module whose folder they are in.
    pub(super) fn edges(&self) -> BTreeMap<Path, Edges> {
        let mut folders: BTreeMap<Path, Edges> = BTreeMap::new();
        for (module, data) in &self.modules {
            for (line, path) in &data.uses {
                let Some(owner) = self.owner(path, 0) else { continue };
                let shared = module.iter().zip(owner).take_while(|(one, other)| one == other).count();
                let (Some(from), Some(to)) = (module.get(shared), owner.get(shared)) else { continue };
                let edges = folders.entry(module[..shared].to_vec()).or_default();
                let place = || format!("{}:{line}", data.file);
                edges.entry(from.clone()).or_default().entry(to.clone()).or_insert_with(place);
            }
        }
        folders
    }
}

/// A finding for each group of modules that import each other, with a shortest cycle and the places that make it.
pub(super) fn cycles(root: &str, files: &CrateFiles) -> Findings {
    let mut findings = Findings::new();
    for (folder, edges) in files.edges() {
        let mut reported = BTreeSet::new();
        for module in edges.keys() {
            if reported.contains(module) {
                continue;
            }
            let Some(cycle) = shortest_cycle(&edges, module) else { continue };
            let steps: Vec<String> = cycle
                .iter()
                .zip(cycle.iter().cycle().skip(1))
                .map(|(from, to)| format!("{from} -> {to} ({})", edges[*from][*to]))
                .collect();
            findings.push(format!("{root}{}: import cycle: {}", folder.join("/"), steps.join(", ")));
            reported.extend(cycle);
        }
    }
    findings
}

/// The shortest way from a module back to itself, by breadth-first search.
fn shortest_cycle<'e>(edges: &'e Edges, start: &'e String) -> Option<Vec<&'e String>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in way.last().and_then(|last| edges.get(*last)).into_iter().flat_map(BTreeMap::keys) {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    longer.push([&way[..], &[next]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Findings {
        let sources: Vec<Source> = files.iter().map(|&(path, text)| Source { path, text }).collect();
        crates(&sources).iter().flat_map(|(root, files)| cycles(root, files)).collect()
    }

    #[test]
    fn two_files_that_import_each_other_are_a_cycle() {
        let findings = found(&[
            ("a/src/lib.rs", "mod one;\nmod two;\n"),
            ("a/src/one.rs", "use crate::two::Two;\npub(crate) struct One;\n"),
            ("a/src/two.rs", "\npub(crate) struct Two;\nfn f() { super::one::One; }\n"),
        ]);
        assert_eq!(findings, ["a/src/: import cycle: one -> two (a/src/one.rs:1), two -> one (a/src/two.rs:3)"]);
    }

    #[test]
    fn a_folder_is_one_node_of_the_folder_above() {
        let findings = found(&[
            ("a/src/lib.rs", "mod x;\nmod y;\n"),
            ("a/src/x/mod.rs", "mod deep;\n"),
            ("a/src/x/deep.rs", "use crate::y::run;\n"),
            ("a/src/y.rs", "mod low;\npub(crate) fn run() {}\n"),
            ("a/src/y/low.rs", "use crate::x::deep;\n"),
        ]);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }

    #[test]
    fn a_reexport_is_no_edge_and_leads_to_the_module_that_defines_the_name() {
        let tree = |user: &'static str| {
            found(&[
                ("a/src/lib.rs", "mod one;\nmod two;\npub use one::One;\npub use two::*;\n"),
                ("a/src/one.rs", "pub struct One;\nuse crate::Two;\n"),
                ("a/src/two.rs", user),
            ])
        };
        assert_eq!(tree("pub struct Two;\n"), Findings::new());
        assert_eq!(tree("use crate::One;\npub struct Two;\n").len(), 1);
    }

    #[test]
    fn tests_and_other_crates_make_no_edges() {
        let findings = found(&[
            ("a/src/lib.rs", "mod one;\nmod two;\n"),
            ("a/src/one.rs", "use crate::two::Two;\n"),
            ("a/src/two.rs", "use one::One;\n#[cfg(test)]\nmod tests {\n    use crate::one::One;\n}\n"),
            ("a/src/two/tests.rs", "use crate::one::One;\n"),
        ]);
        assert_eq!(findings, Findings::new());
    }

    #[test]
    fn three_modules_in_a_ring_are_one_finding() {
        let findings = found(&[
            ("a/src/main.rs", ""),
            ("a/src/one.rs", "use crate::two;\n"),
            ("a/src/two.rs", "use crate::three;\n"),
            ("a/src/three.rs", "use crate::one;\n"),
        ]);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("one -> two"), "{findings:?}");
    }
}
