-- A settlement that limits does not take must not hold up those behind it: it waits its turn, and is set aside when it was refused too often.
-- What was set aside is kept: UPDATE … SET set_aside_at = NULL, attempts = 0 has it tried again.
ALTER TABLE unsettled_calls
    ADD COLUMN attempts     int         NOT NULL DEFAULT 0, -- refused while others were taken
    ADD COLUMN next_at      timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN reason       text,
    ADD COLUMN set_aside_at timestamptz;

DROP INDEX unsettled_calls_kept_at;
CREATE INDEX unsettled_calls_next_at ON unsettled_calls (next_at) WHERE set_aside_at IS NULL;
