-- Audit entries written in the transaction of the change they tell of, until audit-ingest has acknowledged them.
-- frame_first and sequence are given once, by the dispatcher, and never again: a retry ships the same frame.
CREATE TABLE audit_outbox (
    id          uuid PRIMARY KEY,
    org_id      uuid,
    created_at  timestamptz NOT NULL,
    entry       bytea NOT NULL,
    frame_first bigint,
    sequence    bigint
);
CREATE INDEX audit_outbox_unframed ON audit_outbox (created_at) WHERE sequence IS NULL;
CREATE INDEX audit_outbox_framed ON audit_outbox (frame_first, sequence) WHERE sequence IS NOT NULL;

-- One row: who we are to audit-ingest, and the next sequence. No gaps: it moves in the transaction that frames.
CREATE TABLE audit_outbox_state (
    singleton     boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    producer_id   text NOT NULL DEFAULT gen_random_uuid()::text,
    next_sequence bigint NOT NULL DEFAULT 1
);
INSERT INTO audit_outbox_state DEFAULT VALUES;
