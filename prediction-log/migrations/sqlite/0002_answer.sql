-- What an answer says beyond the old service's: enough to find it again and to say which model gave it.
ALTER TABLE prediction_logs ADD COLUMN lead_key VARCHAR(200);
ALTER TABLE prediction_logs ADD COLUMN probability FLOAT;
ALTER TABLE prediction_logs ADD COLUMN label VARCHAR(20);
ALTER TABLE prediction_logs ADD COLUMN confidence VARCHAR(10);
ALTER TABLE prediction_logs ADD COLUMN grade VARCHAR(1);
ALTER TABLE prediction_logs ADD COLUMN model_sha256 VARCHAR(64);
ALTER TABLE prediction_logs ADD COLUMN request_id VARCHAR(128);

CREATE INDEX IF NOT EXISTS prediction_logs_by_time ON prediction_logs (created_at);
CREATE INDEX IF NOT EXISTS prediction_logs_by_key ON prediction_logs (lead_key);
CREATE INDEX IF NOT EXISTS api_metrics_by_time ON api_metrics (created_at);
