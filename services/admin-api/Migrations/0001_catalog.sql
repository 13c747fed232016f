-- Where calls may go and how: providers with their sealed secrets, models, routes, settings. The change table and the audit outbox come with their libraries.
CREATE TABLE providers (
    id                    uuid PRIMARY KEY,
    org_id                uuid        NOT NULL,
    name                  text        NOT NULL,
    display_name          text        NOT NULL,
    provider_type         text        NOT NULL,
    base_url              text        NOT NULL,
    enabled               boolean     NOT NULL,
    allow_private_network boolean     NOT NULL,
    timeout_secs          integer,
    headers               jsonb       NOT NULL, -- name → {sealed, hint}
    config_sealed         text,                 -- the whole configuration as one envelope
    config_shown          jsonb       NOT NULL, -- the same with its secrets masked
    capabilities          jsonb       NOT NULL,
    simulated             boolean     NOT NULL,
    version               bigint      NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    deleted_at            timestamptz
);
CREATE UNIQUE INDEX providers_name ON providers (org_id, name) WHERE deleted_at IS NULL;

CREATE TABLE provider_keys (
    id          uuid PRIMARY KEY,
    org_id      uuid    NOT NULL,
    provider_id uuid    NOT NULL REFERENCES providers ON DELETE CASCADE,
    position    integer NOT NULL,
    secret      text    NOT NULL,
    hint        text    NOT NULL
);
CREATE INDEX provider_keys_provider ON provider_keys (provider_id);

CREATE TABLE models (
    id                   uuid PRIMARY KEY,
    org_id               uuid        NOT NULL,
    model_id             text        NOT NULL,
    display_name         text        NOT NULL,
    enabled              boolean     NOT NULL,
    strategy             text,
    affinity_mode        text,
    input_price          numeric,
    output_price         numeric,
    cached_input_price   numeric,
    cache_write_price    numeric,
    cache_write_1h_price numeric,
    reasoning_price      numeric,
    context_window       bigint,
    max_output_tokens    bigint,
    input_multiplier     double precision NOT NULL,
    output_multiplier    double precision NOT NULL,
    tags                 text[]      NOT NULL,
    version              bigint      NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    deleted_at           timestamptz
);
CREATE UNIQUE INDEX models_model_id ON models (org_id, model_id) WHERE deleted_at IS NULL;

CREATE TABLE routes (
    id                   uuid PRIMARY KEY,
    org_id               uuid        NOT NULL,
    model_id             uuid        NOT NULL REFERENCES models ON DELETE CASCADE,
    provider_id          uuid        NOT NULL REFERENCES providers ON DELETE CASCADE,
    upstream_model       text        NOT NULL,
    weight               integer     NOT NULL,
    enabled              boolean     NOT NULL,
    label                text,
    notes                text,
    rpm_cap              bigint,
    tpm_cap              bigint,
    priced               boolean     NOT NULL, -- false: the model's prices apply
    input_price          numeric,
    output_price         numeric,
    cached_input_price   numeric,
    cache_write_price    numeric,
    cache_write_1h_price numeric,
    reasoning_price      numeric,
    version              bigint      NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    UNIQUE (model_id, provider_id, upstream_model)
);
CREATE INDEX routes_provider ON routes (provider_id);

-- Only what differs from the default. Settings are the installation's; org_id says whose administrator changed it last.
CREATE TABLE settings (
    key        text PRIMARY KEY,
    org_id     uuid        NOT NULL,
    value      jsonb       NOT NULL,
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
