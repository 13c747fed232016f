-- What may be said: rules of an organisation on the texts of its calls.
CREATE TABLE content_rules (
    id          uuid PRIMARY KEY,
    org_id      uuid        NOT NULL,
    name        text        NOT NULL,
    match       text        NOT NULL,
    pattern     text        NOT NULL,
    scope       text        NOT NULL,
    action      text        NOT NULL,
    severity    text        NOT NULL,
    enabled     boolean     NOT NULL,
    description text,
    version     bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX content_rules_name ON content_rules (org_id, name);
