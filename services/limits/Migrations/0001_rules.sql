CREATE TABLE rules (
    id           uuid        PRIMARY KEY,
    org_id       uuid        NOT NULL,
    subject_kind text        NOT NULL,
    subject_id   text        NOT NULL,
    surface      text        NOT NULL,
    metric       text        NOT NULL,
    window_secs  int         NOT NULL,
    max_count    bigint      NOT NULL CHECK (max_count >= 0),
    enabled      boolean     NOT NULL DEFAULT true,
    expires_at   timestamptz,
    reason       text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    -- A slot: one rule of a metric and window for a subject on a surface.
    UNIQUE (org_id, subject_kind, subject_id, surface, metric, window_secs)
);
