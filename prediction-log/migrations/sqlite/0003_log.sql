-- What an operator sees of the log, and what instances share.

-- Newest first, page by page, filtered without a look at the rows themselves.
DROP INDEX prediction_logs_by_time;
CREATE INDEX prediction_logs_by_time ON prediction_logs (created_at, id, predicted_score, model_version);
-- The latest prediction of a lead.
DROP INDEX prediction_logs_by_key;
CREATE INDEX prediction_logs_by_key ON prediction_logs (lead_key, created_at) WHERE lead_key IS NOT NULL;

-- Calls, summed by minute and by hour: a count needs no look at the calls themselves.
CREATE TABLE call_sums (
    level VARCHAR(10) NOT NULL,
    start DATETIME NOT NULL,
    endpoint VARCHAR(255) NOT NULL,
    status_class INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    sum_ms FLOAT NOT NULL,
    PRIMARY KEY (level, start, endpoint, status_class)
) WITHOUT ROWID;
INSERT INTO call_sums
SELECT 'hour', substr(created_at, 1, 13) || ':00:00.000000', endpoint, status_code / 100, count(*), sum(response_time_ms)
FROM api_metrics GROUP BY 2, 3, 4;
INSERT INTO call_sums
SELECT 'minute', substr(created_at, 1, 16) || ':00.000000', endpoint, status_code / 100, count(*), sum(response_time_ms)
FROM api_metrics GROUP BY 2, 3, 4;

-- Answers to requests with an idempotency key.
CREATE TABLE keyed_answers (
    key TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at DATETIME NOT NULL,
    lead_keys TEXT NOT NULL
);
CREATE INDEX keyed_answers_by_time ON keyed_answers (created_at);

-- The last group that each run of a writer wrote: so that none is written twice.
CREATE TABLE log_sources (
    source VARCHAR(36) NOT NULL PRIMARY KEY,
    last_group INTEGER NOT NULL,
    updated_at DATETIME NOT NULL
);

-- Who replied. An outcome belongs to a prediction or, where that is empty, to a lead.
CREATE TABLE outcomes (
    prediction_id VARCHAR(36) NOT NULL,
    lead_key VARCHAR(200) NOT NULL,
    at DATETIME NOT NULL,
    replied INTEGER NOT NULL,
    received_at DATETIME NOT NULL,
    PRIMARY KEY (prediction_id, lead_key, at)
);
CREATE INDEX outcomes_by_time ON outcomes (received_at);

-- Summaries of predictions by hour, day or month.
CREATE TABLE profiles (
    level VARCHAR(10) NOT NULL,
    start DATETIME NOT NULL,
    model_sha256 VARCHAR(64) NOT NULL,
    instance VARCHAR(200) NOT NULL,
    bytes BLOB NOT NULL,
    predictions INTEGER NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (level, start, model_sha256, instance)
);

-- The model that all instances are to serve; one row.
CREATE TABLE model_service (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    model_version TEXT NOT NULL,
    model_sha256 VARCHAR(64) NOT NULL,
    label TEXT NOT NULL,
    changed_at DATETIME NOT NULL,
    changed_by TEXT NOT NULL
);

-- The rows of the service before this one, to be counted without a look at all others.
CREATE INDEX prediction_logs_adopted ON prediction_logs (id) WHERE model_sha256 IS NULL;

-- Random bytes that all instances share.
CREATE TABLE secrets (
    name VARCHAR(50) NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
);
