-- Sign-in through an organisation's OpenID provider. The client secret is sealed by the vault. tested_at: a test sign-in went well with what is set now.
CREATE TABLE sso_connections (
    id                    uuid PRIMARY KEY,
    org_id                uuid NOT NULL UNIQUE REFERENCES organizations,
    preset                text NOT NULL,
    label                 text NOT NULL,
    issuer                text NOT NULL,
    client_id             text NOT NULL,
    client_secret         text,
    console_url           text NOT NULL,
    allow_private_network boolean NOT NULL DEFAULT false,
    scopes                text[] NOT NULL,
    name_claim            text NOT NULL,
    groups_claim          text NOT NULL,
    email_domains         text[] NOT NULL DEFAULT '{}',
    create_users          boolean NOT NULL DEFAULT true,
    default_role_id       uuid,
    active                boolean NOT NULL DEFAULT false,
    tested_at             timestamptz,
    last_test             jsonb,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    version               bigint NOT NULL DEFAULT 1,
    UNIQUE (org_id, id),
    FOREIGN KEY (org_id, default_role_id) REFERENCES roles (org_id, id) ON DELETE SET NULL (default_role_id)
);

-- What the members of a group get: a role everywhere, a role in a team, or a place in a team.
CREATE TABLE sso_mappings (
    id            uuid PRIMARY KEY,
    org_id        uuid NOT NULL REFERENCES organizations,
    connection_id uuid NOT NULL,
    group_name    text NOT NULL,
    role_id       uuid,
    team_id       uuid,
    CHECK (role_id IS NOT NULL OR team_id IS NOT NULL),
    UNIQUE NULLS NOT DISTINCT (connection_id, group_name, role_id, team_id),
    FOREIGN KEY (org_id, connection_id) REFERENCES sso_connections (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, role_id) REFERENCES roles (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id) ON DELETE CASCADE
);

-- Who somebody is at the provider. By issuer too: a connection that is pointed elsewhere knows nobody.
CREATE TABLE sso_identities (
    org_id        uuid NOT NULL REFERENCES organizations,
    connection_id uuid NOT NULL,
    issuer        text NOT NULL,
    subject       text NOT NULL,
    user_id       uuid NOT NULL,
    email         text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_login_at timestamptz,
    PRIMARY KEY (connection_id, issuer, subject),
    FOREIGN KEY (org_id, connection_id) REFERENCES sso_connections (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
);
CREATE INDEX sso_identities_user ON sso_identities (user_id);

-- Set: given by the group mapping, and taken away by it. What people gave is never touched.
ALTER TABLE role_assignments ADD COLUMN sso_connection_id uuid REFERENCES sso_connections ON DELETE SET NULL;
ALTER TABLE team_members ADD COLUMN sso_connection_id uuid REFERENCES sso_connections ON DELETE SET NULL;
