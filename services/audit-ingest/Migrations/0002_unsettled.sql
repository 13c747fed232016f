-- Calls of whose usage limits has yet to be told: their gateway could not.
CREATE TABLE unsettled_calls (
    id       text        PRIMARY KEY,
    request  bytea       NOT NULL, -- SettleRequest of contracts/limits.proto
    kept_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX unsettled_calls_kept_at ON unsettled_calls (kept_at);
