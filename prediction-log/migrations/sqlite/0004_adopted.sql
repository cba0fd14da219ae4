-- The rows of the service before this one, to be counted and read by their time without a look at all others.
DROP INDEX prediction_logs_adopted;
CREATE INDEX prediction_logs_adopted ON prediction_logs (created_at) WHERE model_sha256 IS NULL;
