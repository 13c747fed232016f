ALTER TABLE users ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;
ALTER TABLE teams ADD COLUMN description text NOT NULL DEFAULT '';

-- Invitations and password resets: good once, until they expire. Of the token only its SHA-256 is kept.
CREATE TABLE one_time_tokens (
    token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
    org_id       uuid NOT NULL REFERENCES organizations,
    user_id      uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('invite', 'reset')),
    expires_at   timestamptz NOT NULL,
    created_by   uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id)
);
CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id);
