-- Who may do what. Every row belongs to one organisation, named by the row itself.
CREATE TABLE organizations (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    disabled_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    version     bigint NOT NULL DEFAULT 1
);

-- kind service_account: for programs; it has no password and cannot log in.
CREATE TABLE users (
    id                  uuid PRIMARY KEY,
    org_id              uuid NOT NULL REFERENCES organizations,
    email               text NOT NULL,
    display_name        text NOT NULL,
    kind                text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service_account')),
    status              text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    platform_admin      boolean NOT NULL DEFAULT false,
    password_hash       text,
    password_changed_at timestamptz,
    last_login_at       timestamptz,
    deleted_at          timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    version             bigint NOT NULL DEFAULT 1,
    UNIQUE (org_id, id),
    CHECK (kind = 'person' OR password_hash IS NULL)
);
-- Over all organisations: at login nobody says which one is meant.
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX users_list ON users (org_id, created_at DESC, id DESC);

CREATE TABLE teams (
    id          uuid PRIMARY KEY,
    org_id      uuid NOT NULL REFERENCES organizations,
    name        text NOT NULL,
    cost_center text NOT NULL DEFAULT '',
    deleted_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    version     bigint NOT NULL DEFAULT 1,
    UNIQUE (org_id, id)
);
CREATE UNIQUE INDEX teams_name ON teams (org_id, lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE team_members (
    org_id     uuid NOT NULL REFERENCES organizations,
    team_id    uuid NOT NULL,
    user_id    uuid NOT NULL,
    manager    boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, user_id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id)
);
CREATE INDEX team_members_user ON team_members (user_id);

CREATE TABLE roles (
    id           uuid PRIMARY KEY,
    org_id       uuid NOT NULL REFERENCES organizations,
    name         text NOT NULL,
    display_name text NOT NULL,
    description  text NOT NULL DEFAULT '',
    built_in     boolean NOT NULL DEFAULT false,
    policy       jsonb NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    version      bigint NOT NULL DEFAULT 1,
    UNIQUE (org_id, id),
    UNIQUE (org_id, name)
);

-- team_id null: everywhere; otherwise in that team only.
CREATE TABLE role_assignments (
    id         uuid PRIMARY KEY,
    org_id     uuid NOT NULL REFERENCES organizations,
    user_id    uuid NOT NULL,
    role_id    uuid NOT NULL,
    team_id    uuid,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, role_id) REFERENCES roles (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id),
    UNIQUE NULLS NOT DISTINCT (user_id, role_id, team_id)
);
CREATE INDEX role_assignments_role ON role_assignments (role_id);

-- Of the secret only its SHA-256 is kept. allowed_* null: what the roles allow; empty: nothing.
CREATE TABLE api_keys (
    id                uuid PRIMARY KEY,
    org_id            uuid NOT NULL REFERENCES organizations,
    lineage_id        uuid NOT NULL,
    user_id           uuid NOT NULL,
    team_id           uuid,
    name              text NOT NULL,
    key_sha256        bytea NOT NULL UNIQUE CHECK (length(key_sha256) = 32),
    key_prefix        text NOT NULL,
    surfaces          text[] NOT NULL,
    allowed_models    text[],
    allowed_mcp_tools text[],
    cost_center       text NOT NULL DEFAULT '',
    tags              text[] NOT NULL DEFAULT '{}',
    capture_disabled  boolean NOT NULL DEFAULT false,
    cache_scope       text NOT NULL DEFAULT '',
    ephemeral         boolean NOT NULL DEFAULT false,
    expires_at        timestamptz,
    replaced_by       uuid,
    revoked_at        timestamptz,
    revoked_reason    text,
    last_used_at      timestamptz,
    created_by        uuid,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    version           bigint NOT NULL DEFAULT 1,
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id)
);
CREATE INDEX api_keys_list ON api_keys (org_id, created_at DESC, id DESC) WHERE NOT ephemeral;
CREATE INDEX api_keys_user ON api_keys (user_id);
CREATE INDEX api_keys_lineage ON api_keys (lineage_id);
