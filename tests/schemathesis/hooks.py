"""What the checks must know of this API beyond its description: bodies that are lines, numbers that old clients send as
texts, and leads that are skipped when they are wrong."""

import json

import jsonschema_rs
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData


@schemathesis.serializer("application/x-ndjson", "application/ndjson", "text/csv")
def lines(_, value):
    """A text as it is; a list as one JSON object a line."""
    if isinstance(value, list):
        return "".join(json.dumps(item) + "\n" for item in value).encode()
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_case(context, case):
    """Leaves maintenance off: while it goes on no lead is scored, and nothing of scoring would be looked at."""
    begins = case.operation.path == "/admin/maintenance" and isinstance(case.body, dict)
    return not (begins and case.body.get("on") is True)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops a body that was taken though the description does not allow it, where the contract says that it is taken: the
    service reads `"75"` and `true` where a number belongs, as the one before it did, while the description tells new
    clients to send numbers; and with `on_error=skip` a wrong lead is answered with what is wrong with it."""
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
    """A body with the numbers that its leads' texts and truth values stand for."""
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
