-- How far each producer's numbering has arrived, per kind (numbers of contracts/audit.proto).
CREATE TABLE producers (
    producer_id   text NOT NULL,
    kind          smallint NOT NULL,
    next_sequence bigint NOT NULL,
    first_seen    timestamptz NOT NULL DEFAULT now(),
    last_seen     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (producer_id, kind)
);

-- Events that were numbered and never arrived.
CREATE TABLE gaps (
    producer_id    text NOT NULL,
    kind           smallint NOT NULL,
    first_sequence bigint NOT NULL,
    last_sequence  bigint NOT NULL,
    missing        bigint NOT NULL,
    found_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (producer_id, kind, first_sequence)
);
