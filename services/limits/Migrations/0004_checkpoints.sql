-- What the counters' store held, for the day it loses it. One checkpoint an organisation; of its counters only those that changed are written.
CREATE TABLE checkpoints (
    org_id    uuid        PRIMARY KEY,
    epoch     bigint      NOT NULL,
    taken_at  bigint      NOT NULL, -- by the store's clock, Unix ms
    saved_at  timestamptz NOT NULL DEFAULT now(),
    ended     text[]      NOT NULL, -- keys of calls that were settled shortly before: they are in the sums
    under_way text[]      NOT NULL, -- keys of calls that were not settled yet,
    records   text[]      NOT NULL, -- what each held,
    leases    bigint[]    NOT NULL  -- and until when
);

CREATE TABLE checkpoint_counters (
    org_id  uuid   NOT NULL,
    key     text   NOT NULL,
    life_ms bigint NOT NULL,
    fields  text   NOT NULL, -- names and values in turn, separated by spaces
    PRIMARY KEY (org_id, key)
);
