-- One table a log kind. Ids are text: a malformed one must not keep a row out. org_id leads every sorting key.
-- Every row names the producer and the sequence number that it came under, so that a gap can be proved or disproved from the data.
-- Partitions are days: expiry drops them whole.
CREATE TABLE IF NOT EXISTS gateway_logs
(
    id String CODEC(ZSTD(1)),
    org_id LowCardinality(String),
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    user_id LowCardinality(String),
    user_email LowCardinality(String),
    team_ids Array(LowCardinality(String)),
    team_names Array(LowCardinality(String)),
    key_id LowCardinality(String),
    key_lineage_id LowCardinality(String),
    key_name LowCardinality(String),
    cost_center LowCardinality(String),
    tags Array(LowCardinality(String)),
    user_tags String CODEC(ZSTD(1)),
    surface LowCardinality(String),
    model LowCardinality(String),
    provider_id LowCardinality(String),
    provider LowCardinality(String),
    route_id LowCardinality(String),
    upstream_model LowCardinality(String),
    stream Bool,
    simulated Bool,
    status Int16,
    outcome LowCardinality(String),
    error_type LowCardinality(String),
    error_message String CODEC(ZSTD(1)),
    finish_reason LowCardinality(String),
    content_type LowCardinality(String),
    input_tokens Int64 CODEC(T64, ZSTD(1)),
    output_tokens Int64 CODEC(T64, ZSTD(1)),
    cached_tokens Int64 CODEC(T64, ZSTD(1)),
    cache_write_tokens Int64 CODEC(T64, ZSTD(1)),
    reasoning_tokens Int64 CODEC(T64, ZSTD(1)),
    usage_source LowCardinality(String),
    weighted_tokens Int64 CODEC(T64, ZSTD(1)),
    cost_usd Nullable(Decimal(18, 9)),
    prices LowCardinality(String),
    retries Int32 CODEC(T64, ZSTD(1)),
    fallbacks Int32 CODEC(T64, ZSTD(1)),
    settled Bool,
    routing String CODEC(ZSTD(1)),
    guard_hits String CODEC(ZSTD(1)),
    conversion_notes Array(String),
    latency_ms Int64 CODEC(T64, ZSTD(1)),
    upstream_ttfb_ms Int64 CODEC(T64, ZSTD(1)),
    client_ttfb_ms Int64 CODEC(T64, ZSTD(1)),
    overhead_us Int64 CODEC(T64, ZSTD(1)),
    client_ip String CODEC(ZSTD(1)),
    user_agent LowCardinality(String),
    request_body String CODEC(ZSTD(6)) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    response_body String CODEC(ZSTD(6)) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    request_body_uri String CODEC(ZSTD(1)),
    response_body_uri String CODEC(ZSTD(1)),
    request_bytes Int64 CODEC(T64, ZSTD(1)),
    response_bytes Int64 CODEC(T64, ZSTD(1)),
    request_capture LowCardinality(String),
    response_capture LowCardinality(String),
    redacted Bool,
    search_tokens String CODEC(ZSTD(6)) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    producer_id LowCardinality(String),
    sequence UInt64 CODEC(Delta, ZSTD(1)),
    body_capture_status LowCardinality(String) ALIAS
        ['', 'captured', 'offloaded', 'disabled', 'truncated', 'erased', 'failed'][
            greatest(indexOf(['', 'captured', 'offloaded', 'disabled', 'truncated', 'erased', 'failed'], request_capture::String),
                     indexOf(['', 'captured', 'offloaded', 'disabled', 'truncated', 'erased', 'failed'], response_capture::String))],
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX request_words request_body TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX response_words response_body TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX offloaded_words search_tokens TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX error_words error_message TYPE text(tokenizer = 'splitByNonAlpha')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(created_at)
ORDER BY (org_id, created_at, id)
TTL toDateTime(created_at) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 20000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS mcp_logs
(
    id String CODEC(ZSTD(1)),
    org_id LowCardinality(String),
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    user_id LowCardinality(String),
    user_email LowCardinality(String),
    team_ids Array(LowCardinality(String)),
    team_names Array(LowCardinality(String)),
    key_id LowCardinality(String),
    key_lineage_id LowCardinality(String),
    key_name LowCardinality(String),
    protocol_revision LowCardinality(String),
    method LowCardinality(String),
    server LowCardinality(String),
    tool LowCardinality(String),
    status Int32,
    outcome LowCardinality(String),
    error String CODEC(ZSTD(1)),
    duration_ms Int64 CODEC(T64, ZSTD(1)),
    tool_arguments String CODEC(ZSTD(6)) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    tool_result String CODEC(ZSTD(6)) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    client_ip String CODEC(ZSTD(1)),
    user_agent LowCardinality(String),
    producer_id LowCardinality(String),
    sequence UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX argument_words tool_arguments TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX result_words tool_result TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX error_words error TYPE text(tokenizer = 'splitByNonAlpha')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(created_at)
ORDER BY (org_id, created_at, id)
TTL toDateTime(created_at) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 20000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS audit_logs
(
    id String CODEC(ZSTD(1)),
    org_id LowCardinality(String),
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    actor_id LowCardinality(String),
    actor_email LowCardinality(String),
    action LowCardinality(String),
    resource LowCardinality(String),
    resource_id String CODEC(ZSTD(1)),
    before String CODEC(ZSTD(6)),
    after String CODEC(ZSTD(6)),
    result LowCardinality(String),
    ip String CODEC(ZSTD(1)),
    user_agent LowCardinality(String),
    producer_id LowCardinality(String),
    sequence UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_resource resource_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(created_at)
ORDER BY (org_id, created_at, id)
TTL toDateTime(created_at) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 20000;

CREATE TABLE IF NOT EXISTS platform_logs
(
    id String CODEC(ZSTD(1)),
    org_id LowCardinality(String),
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String),
    subject String CODEC(ZSTD(1)),
    severity LowCardinality(String),
    message String CODEC(ZSTD(1)),
    detail String CODEC(ZSTD(1)),
    producer_id LowCardinality(String),
    sequence UInt64 CODEC(Delta, ZSTD(1)),
    INDEX message_words message TYPE text(tokenizer = 'splitByNonAlpha')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(created_at)
ORDER BY (org_id, created_at, id)
TTL toDateTime(created_at) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 20000;
