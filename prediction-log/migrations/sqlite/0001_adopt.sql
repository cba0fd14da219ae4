-- The tables of the service before this one: a database that it filled is taken over with its rows as it is.
CREATE TABLE IF NOT EXISTS prediction_logs (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    input_features JSON NOT NULL,
    predicted_score FLOAT NOT NULL,
    inference_time_ms FLOAT NOT NULL,
    model_version VARCHAR(50) NOT NULL
);

CREATE TABLE IF NOT EXISTS api_metrics (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    endpoint VARCHAR(255) NOT NULL,
    status_code INTEGER NOT NULL,
    response_time_ms FLOAT NOT NULL
);
