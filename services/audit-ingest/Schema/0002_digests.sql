-- Tamper evidence: each body and each personal field has SHA-256(salt ‖ value) beside it, and the salt. Expiry and erasure delete value and
-- salt and keep the digest, which then says nothing about the value. Zeros: the field was empty. An offloaded body enters as the SHA-256 of the whole of it.
ALTER TABLE gateway_logs
    ADD COLUMN IF NOT EXISTS request_body_salt FixedString(16) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS request_body_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS response_body_salt FixedString(16) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS response_body_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS search_tokens_salt FixedString(16) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS search_tokens_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS user_email_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS user_email_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS client_ip_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS client_ip_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS user_agent_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS user_agent_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS session_id_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS session_id_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS user_tags_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS user_tags_digest FixedString(32);

ALTER TABLE mcp_logs
    ADD COLUMN IF NOT EXISTS tool_arguments_salt FixedString(16) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS tool_arguments_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS tool_result_salt FixedString(16) TTL toDateTime(created_at) + INTERVAL 30 DAY,
    ADD COLUMN IF NOT EXISTS tool_result_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS user_email_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS user_email_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS client_ip_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS client_ip_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS user_agent_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS user_agent_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS session_id_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS session_id_digest FixedString(32);

ALTER TABLE audit_logs
    ADD COLUMN IF NOT EXISTS before_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS before_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS after_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS after_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS actor_email_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS actor_email_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS ip_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS ip_digest FixedString(32),
    ADD COLUMN IF NOT EXISTS user_agent_salt FixedString(16),
    ADD COLUMN IF NOT EXISTS user_agent_digest FixedString(32);
