ALTER TABLE rules ADD COLUMN mode text NOT NULL DEFAULT 'soft';

-- An override stands beside what it replaces until it ends.
ALTER TABLE rules ADD COLUMN is_override boolean GENERATED ALWAYS AS (expires_at IS NOT NULL) STORED;
DO $$
DECLARE slot name;
BEGIN
    SELECT conname INTO slot FROM pg_constraint WHERE conrelid = 'rules'::regclass AND contype = 'u';
    EXECUTE format('ALTER TABLE rules DROP CONSTRAINT %I', slot);
END $$;
ALTER TABLE rules ADD CONSTRAINT rules_slot UNIQUE (org_id, subject_kind, subject_id, surface, metric, window_secs, is_override);

CREATE TABLE budgets (
    id           uuid        PRIMARY KEY,
    org_id       uuid        NOT NULL,
    subject_kind text        NOT NULL,
    subject_id   text        NOT NULL,
    period       text        NOT NULL,
    unit         text        NOT NULL,
    max_amount   bigint      NOT NULL CHECK (max_amount >= 0), -- tokens, or millionths of a dollar
    mode         text        NOT NULL DEFAULT 'soft',
    enabled      boolean     NOT NULL DEFAULT true,
    expires_at   timestamptz,
    is_override  boolean     GENERATED ALWAYS AS (expires_at IS NOT NULL) STORED,
    reason       text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT budgets_slot UNIQUE (org_id, subject_kind, subject_id, period, unit, is_override)
);
