-- For limits, when it has to learn anew what was used: budgets of roles are counted for each user who holds them.
ALTER TABLE gateway_logs ADD COLUMN IF NOT EXISTS role_ids Array(LowCardinality(String));
