-- What befell keys by itself, for whoever tells people of it. Written by one janitor at a time, so that its order is that of the commits.
CREATE TABLE key_notices (
    sequence   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id     uuid        NOT NULL,
    key_id     uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    team_id    uuid,
    name       text        NOT NULL,
    action     text        NOT NULL,
    days_left  int         NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
