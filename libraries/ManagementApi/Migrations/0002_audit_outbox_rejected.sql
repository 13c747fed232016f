-- A frame that audit-ingest refused for good stays here for the operator and no longer holds up those behind it.
ALTER TABLE audit_outbox ADD COLUMN rejected text;
