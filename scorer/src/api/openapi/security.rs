//! What the document says of keys: the two ways of sending one, and which scope opens what.
//!
//! Owns the scope of each route as clients read it; a test holds it to what the router refuses. May not know how keys are
//! checked.

use crate::api::api_keys::Scope;
use serde_json::{Value, json};

/// Routes that need no key, whatever is configured.
const OPEN: [&str; 3] = ["/health", "/livez", "/readyz"];

/// The scope of a route; none where any key will do.
fn scope(path: &str) -> Option<Scope> {
    match path.split('/').nth(1)? {
        "predict" => Some(Scope::Predict),
        "metrics" | "outcomes" | "monitoring" => Some(Scope::Monitor),
        "admin" => Some(Scope::Admin),
        _ => None,
    }
}

/// Adds the schemes, and to each operation that a key may be asked of what it takes.
pub(super) fn describe(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({
        "Bearer": {"type": "http", "scheme": "bearer", "description": "A key as `leadlight key` makes them: `Authorization: Bearer ll_…`"},
        "Key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key, in the older way"},
    });
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths.iter_mut().filter(|(path, _)| !OPEN.contains(&path.as_str())) {
        let Some(operations) = item.as_object_mut() else { continue };
        operations.values_mut().for_each(|operation| require(operation, scope(path)));
    }
}

/// Without keys this machine is let in, and where it is switched on anyone may score: so none is an alternative.
fn require(operation: &mut Value, scope: Option<Scope>) {
    let scopes: Vec<&str> = scope.iter().map(|scope| scope.word()).collect();
    operation["security"] = json!([{"Bearer": scopes}, {"Key": scopes}, {}]);
    let needs = scope.map_or_else(|| "any scope".to_owned(), |scope| format!("the scope `{}`", scope.word()));
    let note = format!("Where keys are configured it needs one with {needs}.");
    let before = operation["description"].as_str().map(|text| format!("{text}\n\n")).unwrap_or_default();
    operation["description"] = json!(format!("{before}{note}"));
}
