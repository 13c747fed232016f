using System.Collections.Frozen;
using static ThinkWatch.Settings.SettingKinds;

namespace ThinkWatch.Settings;

/// <summary>The one list of settings. Each is read by something (a test proves it) and each can be changed by the management API.</summary>
public static class SettingsRegistry
{
    private const int Day = 86_400;
    private const long Mebibyte = 1L << 20;
    private const long Gibibyte = 1L << 30;

    static SettingsRegistry()
    {
        for (var i = 0; i < All.Count; i++)
            All[i].Index = i;
    }

    /// <summary>In the order in which the console shows them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        General.SiteName,
        Auth.JwtAccessTtlSecs, Auth.JwtRefreshTtlDays, Auth.SessionIpBinding, Auth.TotpRequired, Auth.StaleMaxSecs, Auth.TrustedProxies,
        Gateway.RequestTimeoutSecs, Gateway.StreamIdleTimeoutSecs, Gateway.BodyLimitBytes, Gateway.BodyMemoryBytes, Gateway.MaxConcurrentPerProvider,
        Gateway.RetryMax, Gateway.RetryInitialMs, Gateway.RetryMaxMs, Gateway.ConversionStrict,
        Gateway.DefaultRoutingStrategy, Gateway.DefaultAffinityMode, Gateway.DefaultAffinityTtlSecs,
        Gateway.CacheEnabled, Gateway.CacheTtlSecs, Gateway.CacheScope,
        Gateway.BreakerEnabled, Gateway.BreakerErrorPercent, Gateway.BreakerMinSamples, Gateway.BreakerWindowSecs, Gateway.BreakerOpenSecs, Gateway.ResponsesTtlHours,
        Limits.TimeoutMs, Limits.TimeZone, Limits.Unpriced, Limits.BudgetAlertThresholds,
        Security.RateLimitFailClosed, Security.PiiRedaction, Security.PiiPatterns, Security.PiiCustomPatterns,
        ApiKeys.DefaultExpiryDays, ApiKeys.InactivityTimeoutDays, ApiKeys.RotationPeriodDays, ApiKeys.RotationGracePeriodHours, ApiKeys.ConsoleRequestsPerMin,
        Audit.CaptureGatewayRequest, Audit.CaptureGatewayResponse, Audit.CaptureOriginal, Audit.BodyMaxBytes, Audit.SpoolCommitMs, Audit.SpoolMaxBytes, Audit.Durability, Audit.WhenFull,
        Mcp.BodyLimitBytes,
    ];

    public static FrozenDictionary<string, Setting> ByKey { get; } = All.ToFrozenDictionary(static setting => setting.Key);

    public static class General
    {
        public static Setting<string> SiteName { get; } = Text("general.site_name", "general", "ThinkWatch", 100, "The name this installation shows in its console.");
    }

    public static class Auth
    {
        public static Setting<int> JwtAccessTtlSecs { get; } = Integer("auth.jwt_access_ttl_secs", "authentication", 900, 60, Day, "How long an access token lives, in seconds.");

        public static Setting<int> JwtRefreshTtlDays { get; } = Integer("auth.jwt_refresh_ttl_days", "authentication", 7, 1, 365, "How long a session lives without being used, in days.");

        public static Setting<string> SessionIpBinding { get; } = Choice(
            "auth.session_ip_binding", "authentication", "refresh", ["off", "refresh", "every"], "When a session must come from the address that it was opened from.");

        public static Setting<bool> TotpRequired { get; } = Switch(
            "auth.totp_required", "authentication", false, "Whether everybody who signs in must use one-time codes; until they have enrolled they can do nothing else.");

        public static Setting<int> StaleMaxSecs { get; } = Integer(
            "auth.stale_max_secs", "authentication", 300, 0, Day, "How long a key that was known stays good while the identity service cannot be reached, in seconds.");

        public static Setting<IReadOnlyList<string>> TrustedProxies { get; } = TextList(
            "auth.trusted_proxies", "authentication", "Addresses or networks whose X-Forwarded-For is believed.", SettingChecks.Network);
    }

    public static class Gateway
    {
        public static Setting<int> RequestTimeoutSecs { get; } = Integer("gateway.request_timeout_secs", "gateway", 600, 1, 7200, "How long one call to a provider may take, in seconds.");

        public static Setting<int> StreamIdleTimeoutSecs { get; } = Integer(
            "gateway.stream_idle_timeout_secs", "gateway", 120, 1, 3600, "How long a stream may be silent before it is given up, in seconds.");

        public static Setting<long> BodyLimitBytes { get; } = Wide("gateway.body_limit_bytes", "gateway", 32 * Mebibyte, 1024, Gibibyte, "The largest request body that is taken, in bytes.");

        public static Setting<long> BodyMemoryBytes { get; } = Wide(
            "gateway.body_memory_bytes", "gateway", 512 * Mebibyte, Mebibyte, 64 * Gibibyte, "Memory for all request bodies in flight together, in bytes; beyond it calls are refused.");

        public static Setting<string> DefaultRoutingStrategy { get; } = Choice(
            "gateway.default_routing_strategy", "gateway", "latency_cost", ["latency_cost", "balanced", "latency", "weighted"],
            "How calls are spread over a model's routes where the model does not say.");

        public static Setting<string> DefaultAffinityMode { get; } = Choice(
            "gateway.default_affinity_mode", "gateway", "provider", ["none", "provider", "route"], "What a user's next call to a model comes back to, where the model does not say.");

        public static Setting<int> DefaultAffinityTtlSecs { get; } = Integer(
            "gateway.default_affinity_ttl_secs", "gateway", 300, 1, Day, "How long after a call the next one still comes back to the same place, in seconds.");

        public static Setting<bool> BreakerEnabled { get; } = Switch("gateway.cb_enabled", "gateway", true, "Whether failing routes are given a rest.");

        public static Setting<int> BreakerErrorPercent { get; } = Integer("gateway.cb_error_pct", "gateway", 50, 1, 100, "Share of failed attempts from which a route is given a rest, in percent.");

        public static Setting<int> BreakerMinSamples { get; } = Integer("gateway.cb_min_samples", "gateway", 10, 1, 10_000, "How many attempts it takes to judge a route.");

        public static Setting<int> BreakerWindowSecs { get; } = Integer("gateway.cb_window_secs", "gateway", 60, 1, 3600, "How far back attempts count, in seconds.");

        public static Setting<int> BreakerOpenSecs { get; } = Integer("gateway.cb_open_secs", "gateway", 30, 1, 3600, "How long a failing route rests before it is probed, in seconds.");

        public static Setting<bool> CacheEnabled { get; } = Switch(
            "gateway.cache_enabled", "gateway", false, "Whether the same question with temperature 0, or one that asks for it by x-thinkwatch-cache, is answered from a cache.");

        public static Setting<int> CacheTtlSecs { get; } = Integer("gateway.cache_ttl_secs", "gateway", 3600, 1, 30 * Day, "How long an answer stays in the cache, in seconds.");

        public static Setting<string> CacheScope { get; } = Choice(
            "gateway.cache_scope", "gateway", "key", ["key", "user", "team", "global"], "Whose answers a call may be given from the cache.");

        public static Setting<bool> ConversionStrict { get; } = Switch(
            "gateway.conversion_strict", "gateway", false, "Whether calls are refused that cannot be carried over whole to a provider of another format.");

        public static Setting<int> ResponsesTtlHours { get; } = Integer(
            "gateway.responses_ttl_hours", "gateway", 720, 1, 24 * 365, "How long a response is kept that its client wants stored, in hours.");

        public static Setting<int> MaxConcurrentPerProvider { get; } = Integer(
            "gateway.max_concurrent_per_provider", "gateway", 512, 1, 100_000, "How many calls may be under way to one provider.");

        public static Setting<int> RetryMax { get; } = Integer("gateway.retry_max", "gateway", 2, 0, 10, "How often a failed call to a provider is tried again.");

        public static Setting<int> RetryInitialMs { get; } = Integer("gateway.retry_initial_ms", "gateway", 250, 1, 60_000, "The wait before the first retry, in milliseconds.");

        public static Setting<int> RetryMaxMs { get; } = Integer("gateway.retry_max_ms", "gateway", 4000, 1, 300_000, "The longest wait before a retry, in milliseconds.");
    }

    public static class Limits
    {
        public static Setting<int> TimeoutMs { get; } = Integer("limits.timeout_ms", "gateway", 50, 5, 5000, "How long a call waits for the limits service, in milliseconds.");

        public static Setting<string> TimeZone { get; } = Text(
            "limits.time_zone", "gateway", "UTC", 64, "The time zone in whose days, weeks and months budgets are kept, e.g. Europe/Berlin.", SettingChecks.TimeZone);

        public static Setting<string> Unpriced { get; } = Choice(
            "limits.unpriced", "gateway", "allow", ["allow", "deny"], "What happens to calls of models without a price where a USD budget applies.");

        public static Setting<IReadOnlyList<string>> BudgetAlertThresholds { get; } = TextList(
            "limits.budget_alert_thresholds", "gateway", "At which percentages of a budget an alert is raised.", SettingChecks.Percentage, ["50", "80", "95", "100"]);
    }

    public static class Security
    {
        public static Setting<bool> RateLimitFailClosed { get; } = Switch(
            "security.rate_limit_fail_closed", "security", false, "Refuse calls while rate limits cannot be evaluated.");

        public static Setting<bool> PiiRedaction { get; } = Switch(
            "security.pii_redaction", "security", true, "Replace personal data and secrets by placeholders before a call goes to a provider, and restore them in its answer.");

        public static Setting<IReadOnlyList<string>> PiiPatterns { get; } = TextList(
            "security.pii_patterns", "security", "What is replaced.", SettingChecks.PiiPattern, SettingChecks.DefaultPiiPatterns);

        public static Setting<IReadOnlyList<string>> PiiCustomPatterns { get; } = TextList(
            "security.pii_custom_patterns", "security", "Patterns of your own that are replaced too, each as NAME=regular expression.", SettingChecks.CustomPattern);
    }

    public static class ApiKeys
    {
        public static Setting<int> DefaultExpiryDays { get; } = Integer("api_keys.default_expiry_days", "api_keys", 90, 0, 3650, "Days until a new key expires; 0 = never.");

        public static Setting<int> InactivityTimeoutDays { get; } = Integer(
            "api_keys.inactivity_timeout_days", "api_keys", 0, 0, 3650, "Days without use after which a key is disabled, where it does not say itself; 0 = never.");

        public static Setting<int> RotationPeriodDays { get; } = Integer(
            "api_keys.rotation_period_days", "api_keys", 0, 0, 3650, "Days after which a key must be rotated, where it does not say itself; 0 = never.");

        public static Setting<int> RotationGracePeriodHours { get; } = Integer(
            "api_keys.rotation_grace_period_hours", "api_keys", 24, 0, 24 * 90, "Hours for which the old secret of a rotated key still works.");

        public static Setting<int> ConsoleRequestsPerMin { get; } = Integer(
            "api_keys.console_requests_per_min", "api_keys", 1200, 1, 1_000_000, "Management calls a key may make in a minute.");
    }

    public static class Audit
    {
        public static Setting<bool> CaptureGatewayRequest { get; } = Switch("audit.capture_gateway_request", "audit", true, "Keep the request bodies of AI calls.");

        public static Setting<bool> CaptureGatewayResponse { get; } = Switch("audit.capture_gateway_response", "audit", true, "Keep the response bodies of AI calls.");

        public static Setting<bool> CaptureOriginal { get; } = Switch(
            "audit.capture_original", "audit", false, "Keep bodies as clients sent and saw them, not with placeholders for personal data.");

        public static Setting<long> BodyMaxBytes { get; } = Wide(
            "audit.body_max_bytes", "audit", 256 * 1024, 0, 16 * Mebibyte, "The largest body kept in the log itself, in bytes; larger ones go to object storage.");

        public static Setting<int> SpoolCommitMs { get; } = Integer("audit.spool_commit_ms", "audit", 20, 1, 10_000, "How often the spool is flushed to disk, in milliseconds.");

        public static Setting<long> SpoolMaxBytes { get; } = Wide(
            "audit.spool_max_bytes", "audit", 4 * Gibibyte, 16 * Mebibyte, 1024 * Gibibyte, "How large a producer's spool may grow while the log store is away, in bytes.");

        public static Setting<string> Durability { get; } = Choice(
            "audit.durability", "audit", "write", ["write", "fsync"], "What a call waits for: write survives a killed process, fsync a lost machine.");

        public static Setting<string> WhenFull { get; } = Choice(
            "audit.when_full", "audit", "block", ["block", "drop"], "What happens when the spool is full: refuse calls, or drop the oldest records and say so.");
    }

    public static class Mcp
    {
        public static Setting<long> BodyLimitBytes { get; } = Wide("mcp.body_limit_bytes", "mcp", 32 * Mebibyte, 1024, Gibibyte, "The largest MCP request body that is taken, in bytes.");
    }
}
