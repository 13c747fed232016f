-- What changed, in commit order: writers take one advisory lock before they draw a sequence (ChangeLog), readers follow it (ChangeFeed).
CREATE TABLE IF NOT EXISTS changes (
    sequence   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL,
    payload    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS changes_created_at ON changes (created_at);
