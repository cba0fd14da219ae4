"""Schemathesis hooks for behaviour that OpenAPI cannot describe: line-based bodies, numbers that old clients send as
strings, and invalid leads that are skipped."""

import json

import jsonschema_rs
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData


@schemathesis.serializer("application/x-ndjson", "application/ndjson", "text/csv")
def lines(_, value):
    """Serialises a text unchanged, a list as one JSON object per line."""
    if isinstance(value, list):
        return "".join(json.dumps(item) + "\n" for item in value).encode()
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_case(context, case):
    """Keeps maintenance mode off: while it is on, no lead is scored, so scoring would not be tested."""
    begins = case.operation.path == "/admin/maintenance" and isinstance(case.body, dict)
    return not (begins and case.body.get("on") is True)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Ignores accepted bodies that the OpenAPI document does not allow but the contract does: like the old service, `"75"`
    and `true` are read as numbers, while the document tells new clients to send numbers; and with `on_error=skip`, an
    invalid lead is answered with its errors."""
    return not (isinstance(failure, AcceptedNegativeData) and is_taken_rightly(case))


def is_taken_rightly(case):
    document = case.operation.schema.raw_schema
    body = document["paths"][case.operation.path][case.operation.method.lower()].get("requestBody", {})
    schema = body.get("content", {}).get(case.media_type, {}).get("schema")
    if schema is None:
        return False
    read = leniently(case.body, document["components"]["schemas"]["Lead"]["properties"])
    if (case.query or {}).get("on_error") == "skip" and isinstance(read, dict) and isinstance(read.get("leads"), list):
        read = {**read, "leads": [{} for _ in read["leads"]]}
    return jsonschema_rs.validator_for({**schema, "components": document["components"]}).is_valid(read)


def leniently(value, fields):
    """Returns a body with strings and booleans of its leads replaced by the numbers that they represent."""
    if isinstance(value, list):
        return [leniently(item, fields) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: number(item) if wants_number(fields.get(name, {})) else leniently(item, fields)
        for name, item in value.items()}


def wants_number(field):
    kinds = field.get("type", [])
    return any(kind in ("integer", "number") for kind in ([kinds] if isinstance(kinds, str) else kinds))


def number(value):
    try:
        return float(value) if isinstance(value, (bool, str)) else value
    except ValueError:
        return value
