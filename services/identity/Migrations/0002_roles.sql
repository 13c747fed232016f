-- When somebody changed a built-in role: from then on its shipped policy no longer replaces theirs.
ALTER TABLE roles ADD COLUMN edited_at timestamptz;

-- What was done to a role, by whom; kept when the role is gone.
CREATE TABLE role_history (
    id           uuid PRIMARY KEY,
    org_id       uuid NOT NULL REFERENCES organizations,
    role_id      uuid NOT NULL,
    action       text NOT NULL,
    before       jsonb,
    after        jsonb,
    author_id    uuid NOT NULL,
    author_email text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX role_history_list ON role_history (org_id, role_id, created_at DESC, id DESC);
