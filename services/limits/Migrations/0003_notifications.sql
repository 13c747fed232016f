-- What people should hear of: of budgets, and of keys as identity tells it. Its id is a UUIDv7: the order of time.
CREATE TABLE notifications (
    id               uuid        PRIMARY KEY,
    org_id           uuid        NOT NULL,
    created_at       timestamptz NOT NULL,
    type             text        NOT NULL,
    subject_kind     text        NOT NULL,
    subject_id       text        NOT NULL,
    subject_name     text        NOT NULL DEFAULT '',
    details          jsonb       NOT NULL,
    slot             text        NOT NULL, -- what happens once
    addressed        boolean     NOT NULL, -- whether it is known whom it concerns
    owner_id         uuid,
    team_ids         uuid[]      NOT NULL DEFAULT '{}',
    webhook_due_at   timestamptz,          -- null: nothing (more) to send
    webhook_attempts int         NOT NULL DEFAULT 0,
    webhook_error    text,
    UNIQUE (org_id, slot)
);
CREATE INDEX notifications_of_organization ON notifications (org_id, id DESC);
CREATE INDEX notifications_not_addressed ON notifications (id) WHERE NOT addressed;
CREATE INDEX notifications_to_send ON notifications (webhook_due_at) WHERE webhook_due_at IS NOT NULL;

CREATE TABLE notification_reads (
    user_id         uuid        NOT NULL,
    notification_id uuid        NOT NULL REFERENCES notifications ON DELETE CASCADE,
    read_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, notification_id)
);
CREATE INDEX notification_reads_of_notification ON notification_reads (notification_id);

-- How far identity's notices of keys have been taken over.
CREATE TABLE notice_position (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    position bigint  NOT NULL DEFAULT 0
);
INSERT INTO notice_position DEFAULT VALUES;

CREATE TABLE webhooks (
    org_id                uuid        PRIMARY KEY,
    url                   text        NOT NULL,
    secret                text        NOT NULL, -- sealed
    allow_private_network boolean     NOT NULL,
    enabled               boolean     NOT NULL,
    updated_at            timestamptz NOT NULL,
    last_delivered_at     timestamptz,
    last_failed_at        timestamptz,
    last_error            text
);
