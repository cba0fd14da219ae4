//! Security schemes of the document and the scope of each route; a test compares the scopes with the router's.

use crate::api::api_keys::Scope;
use serde_json::{Value, json};

/// Routes that never need a key.
const OPEN: [&str; 3] = ["/health", "/livez", "/readyz"];

/// Returns the scope of a route; `None` if any key is enough.
fn scope(path: &str) -> Option<Scope> {
    match path.split('/').nth(1)? {
        "predict" => Some(Scope::Predict),
        "metrics" | "outcomes" | "monitoring" => Some(Scope::Monitor),
        "admin" => Some(Scope::Admin),
        _ => None,
    }
}

/// Adds the security schemes, and to each operation that may need a key its requirement.
pub(super) fn describe(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({
        "Bearer": {"type": "http", "scheme": "bearer", "description": "A key as `leadlight key` makes them: `Authorization: Bearer ll_…`"},
        "Key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key, in the header of the replaced service"},
    });
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths.iter_mut().filter(|(path, _)| !OPEN.contains(&path.as_str())) {
        let Some(operations) = item.as_object_mut() else { continue };
        operations.values_mut().for_each(|operation| require(operation, scope(path)));
    }
}

/// Adds the requirement of an operation. No key is an alternative: without configured keys local callers are allowed,
/// and anonymous predictions can be enabled.
fn require(operation: &mut Value, scope: Option<Scope>) {
    let scopes: Vec<&str> = scope.iter().map(|scope| scope.word()).collect();
    operation["security"] = json!([{"Bearer": scopes}, {"Key": scopes}, {}]);
    let needs = scope.map_or_else(|| "any scope".to_owned(), |scope| format!("the scope `{}`", scope.word()));
    let note = format!("If keys are configured, it needs one with {needs}.");
    let before = operation["description"].as_str().map(|text| format!("{text}\n\n")).unwrap_or_default();
    operation["description"] = json!(format!("{before}{note}"));
}
