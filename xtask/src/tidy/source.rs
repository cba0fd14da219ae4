//! A source file as the tidy rules read it: its path, its lines of code, its statements.

/// Violations, each a line that begins with the place.
pub(super) type Findings = Vec<String>;

/// A text file of the repository.
pub(super) struct Source<'a> {
    /// Path from the root, with `/`.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The code in pieces, each with the number of its first line: one line, or a whole `use` over several.
    pub(super) fn statements(&self) -> Vec<(usize, String)> {
        let mut pieces: Vec<(usize, String)> = Vec::new();
        let mut is_open = false;
        for (number, line) in self.code() {
            match pieces.last_mut() {
                Some((_, piece)) if is_open => piece.push_str(line),
                _ => pieces.push((number, line.to_owned())),
            }
            is_open = (is_open || import(line).is_some()) && !line.ends_with(';');
        }
        pieces
    }

    /// The numbered lines that are code: no comments, nothing after the file's own test module begins.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test = self.path.contains("tests/") || self.path.ends_with("/tests.rs");
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let until_tests = lines.take_while(move |(_, line)| !is_test && *line != "#[cfg(test)]");
        until_tests.filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
    }

    /// Findings for the lines that match.
    pub(super) fn lines_with(&self, is_wrong: impl Fn(&str) -> bool, message: &str) -> Findings {
        let lines = self.text.lines().enumerate().filter(|(_, line)| is_wrong(line));
        lines.map(|(index, _)| format!("{}:{}: {message}", self.path, index + 1)).collect()
    }
}

/// The tree of a `use` declaration and whether it is a re-export; `None` for any other line.
pub(super) fn import(line: &str) -> Option<(&str, bool)> {
    let item = without_visibility(line);
    item.strip_prefix("use ").map(|tree| (tree, item.len() < line.len()))
}

/// The line behind `pub`, `pub(crate)` and the like.
fn without_visibility(line: &str) -> &str {
    let Some(rest) = line.strip_prefix("pub") else { return line };
    let rest = match rest.strip_prefix('(') {
        Some(scope) => scope.split_once(')').map_or(rest, |(_, rest)| rest),
        None => rest,
    };
    rest.strip_prefix(' ').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_says_when_it_is_a_reexport() {
        assert_eq!(import("use a::b;"), Some(("a::b;", false)));
        assert_eq!(import("pub(in super::super) use a::b;"), Some(("a::b;", true)));
        assert_eq!(import("pub fn user() {}"), None);
    }
}
