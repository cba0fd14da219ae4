-- What an answer says beyond the old service's, what an operator sees of the log, and what instances share. The same
-- tables as SQLite's.
ALTER TABLE prediction_logs
    ADD COLUMN lead_key VARCHAR(200),
    ADD COLUMN probability DOUBLE PRECISION,
    ADD COLUMN label VARCHAR(20),
    ADD COLUMN confidence VARCHAR(10),
    ADD COLUMN grade VARCHAR(1),
    ADD COLUMN model_sha256 VARCHAR(64),
    ADD COLUMN request_id VARCHAR(128);

CREATE INDEX IF NOT EXISTS prediction_logs_by_time
    ON prediction_logs (created_at, id) INCLUDE (predicted_score, model_version);
CREATE INDEX IF NOT EXISTS prediction_logs_by_key
    ON prediction_logs (lead_key, created_at) WHERE lead_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS api_metrics_by_time ON api_metrics (created_at);

CREATE TABLE call_sums (
    level VARCHAR(10) NOT NULL,
    start TIMESTAMPTZ NOT NULL,
    endpoint VARCHAR(255) NOT NULL,
    status_class INTEGER NOT NULL,
    calls BIGINT NOT NULL,
    sum_ms DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (level, start, endpoint, status_class)
);
INSERT INTO call_sums
SELECT 'hour', date_trunc('hour', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', endpoint, status_code / 100,
    count(*), sum(response_time_ms)
FROM api_metrics GROUP BY 2, 3, 4;
INSERT INTO call_sums
SELECT 'minute', date_trunc('minute', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', endpoint, status_code / 100,
    count(*), sum(response_time_ms)
FROM api_metrics GROUP BY 2, 3, 4;

CREATE TABLE keyed_answers (
    key TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    lead_keys TEXT NOT NULL
);
CREATE INDEX keyed_answers_by_time ON keyed_answers (created_at);

CREATE TABLE log_sources (
    source VARCHAR(36) NOT NULL PRIMARY KEY,
    last_group BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE outcomes (
    prediction_id VARCHAR(36) NOT NULL,
    lead_key VARCHAR(200) NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    replied INTEGER NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (prediction_id, lead_key, at)
);
CREATE INDEX outcomes_by_time ON outcomes (received_at);

CREATE TABLE profiles (
    level VARCHAR(10) NOT NULL,
    start TIMESTAMPTZ NOT NULL,
    model_sha256 VARCHAR(64) NOT NULL,
    instance VARCHAR(200) NOT NULL,
    bytes BYTEA NOT NULL,
    predictions BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (level, start, model_sha256, instance)
);

CREATE TABLE model_service (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    model_version TEXT NOT NULL,
    model_sha256 VARCHAR(64) NOT NULL,
    label TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    changed_by TEXT NOT NULL
);

-- The rows of the service before this one, to be counted without a look at all others.
CREATE INDEX prediction_logs_adopted ON prediction_logs (id) WHERE model_sha256 IS NULL;

-- Random bytes that all instances share.
CREATE TABLE secrets (
    name VARCHAR(50) NOT NULL PRIMARY KEY,
    bytes BYTEA NOT NULL
);
