-- Where a key may be used from, and when it must be renewed. Null periods: the setting. disabled_at: it stopped by itself, and says why.
ALTER TABLE api_keys ADD COLUMN ip_allowlist text[] NOT NULL DEFAULT '{}';
ALTER TABLE api_keys ADD COLUMN rotation_period_days integer;
ALTER TABLE api_keys ADD COLUMN inactivity_timeout_days integer;
ALTER TABLE api_keys ADD COLUMN grace_period_hours integer;
ALTER TABLE api_keys ADD COLUMN rotation_due_at timestamptz;
ALTER TABLE api_keys ADD COLUMN disabled_at timestamptz;
ALTER TABLE api_keys ADD COLUMN disabled_reason text;
-- The smallest number of days before the end of which the owner was warned; 0 when the end was told.
ALTER TABLE api_keys ADD COLUMN warned_days integer;
CREATE INDEX api_keys_expiry ON api_keys (expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
