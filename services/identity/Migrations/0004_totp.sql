-- Time-based one-time codes. The seed is sealed by the vault; a pending one waits for its first right code. totp_last_step: no code counts twice.
ALTER TABLE users ADD COLUMN totp_seed text;
ALTER TABLE users ADD COLUMN totp_pending_seed text;
ALTER TABLE users ADD COLUMN totp_enabled_at timestamptz;
ALTER TABLE users ADD COLUMN totp_last_step bigint NOT NULL DEFAULT 0;

CREATE TABLE recovery_codes (
    user_id     uuid NOT NULL REFERENCES users,
    code_sha256 bytea NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (user_id, code_sha256)
);
