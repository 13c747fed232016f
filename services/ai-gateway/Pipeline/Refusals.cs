using System.Globalization;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Every refusal that the gateway itself makes up: one table of statuses, types and codes.</summary>
internal static class Refusals
{
    public const string InvalidRequest = "invalid_request_error";
    public const string RateLimit = "rate_limit_error";
    public const int Overloaded = 529;
    private const string Authentication = "authentication_error";
    private const string Permission = "permission_error";
    private const string Unavailable = "service_unavailable";
    private const string Upstream = "upstream_error";

    public static readonly Refusal KeyMissing = Unauthorized(
        "missing_api_key", "You didn't provide an API key. Send it as 'Authorization: Bearer tw-…' or 'x-api-key: tw-…'.");

    public static readonly Refusal KeyMalformed = Unauthorized("invalid_api_key", "What was sent as API key is none of this gateway: its keys begin with 'tw-'.");

    public static readonly Refusal KeyConflicting = Unauthorized(
        "conflicting_api_keys", "The request shows two different API keys. Send one, as 'Authorization: Bearer' or as 'x-api-key'.");

    public static readonly Refusal KeyMisplaced = Unauthorized(
        "misplaced_api_key", "An API key in the URL or in a cookie is not accepted: it ends up in logs. Revoke that key and send a new one in a header.");

    public static readonly Refusal KeyUnknown = Unauthorized("invalid_api_key", "Incorrect API key provided.");

    public static readonly Refusal KeyExpired = Unauthorized("expired_api_key", "This API key has expired.");

    public static readonly Refusal KeyRevoked = Unauthorized("revoked_api_key", "This API key has been revoked.");

    public static readonly Refusal KeyDisabled = Unauthorized("disabled_api_key", "The owner of this API key is disabled.");

    public static readonly Refusal AddressNotAllowed = new(
        StatusCodes.Status403Forbidden, Permission, "address_not_allowed", "This API key may not be used from your address.", Outcome.Denied);

    public static readonly Refusal IdentityUnavailable = Later("authentication_unavailable", "The key cannot be checked at the moment.");

    public static readonly Refusal MayNotUseGateway = Forbidden("permission_denied", "The owner of this API key may not use the AI gateway (ai_gateway:use).");

    public static readonly Refusal SurfaceNotAllowed = Forbidden("surface_not_allowed", "This API key is not for the AI gateway.");

    public static readonly Refusal TooMuchInFlight = Later("body_memory_exhausted", "Too many large requests are under way.");

    public static readonly Refusal BodyMissing = BadRequest("The request has no body: it must be a JSON object.");

    public static readonly Refusal BodyEncoded = new(
        StatusCodes.Status415UnsupportedMediaType, InvalidRequest, "unsupported_encoding", "Compressed request bodies are not accepted.", Outcome.Error);

    public static readonly Refusal BodyTooSlow = new(
        StatusCodes.Status408RequestTimeout, InvalidRequest, "request_timeout", "The request body did not arrive in time.", Outcome.Timeout);

    public static readonly Refusal BodyBroken = BadRequest("The request body is not what its headers announce.");

    public static readonly Refusal AuditUnavailable = Later("audit_unavailable", "The call cannot be recorded at the moment, so it is not made.");

    public static readonly Refusal LimitsUnavailable = new(
        StatusCodes.Status429TooManyRequests, RateLimit, "rate_limiter_unavailable", "Limits cannot be checked at the moment.", Outcome.Limited)
    { RetryAfterSeconds = 1 };

    public static readonly Refusal ProviderBusy = Later("provider_busy", "Too many calls to the provider are under way.");

    public static readonly Refusal CircuitOpen = new(
        StatusCodes.Status503ServiceUnavailable, Unavailable, "no_healthy_route", "The providers of this model are failing; they are tried again in a moment.", Outcome.Error)
    { RetryAfterSeconds = 5 };

    public static readonly Refusal ProviderAuth = new(
        StatusCodes.Status502BadGateway, Upstream, "provider_auth", "The provider refuses the gateway's credentials. Tell your administrator.", Outcome.Error);

    public static readonly Refusal ProviderUnreachable = new(
        StatusCodes.Status502BadGateway, Upstream, "provider_unreachable", "The provider could not be reached.", Outcome.Error);

    public static readonly Refusal ProviderAddressRefused = new(
        StatusCodes.Status502BadGateway, Upstream, "provider_address_refused", "The provider's address is private and not allowed. Tell your administrator.", Outcome.Error);

    public static readonly Refusal ProviderBroke = new(
        StatusCodes.Status502BadGateway, Upstream, "provider_broke_off", "The provider broke off its answer.", Outcome.Error);

    public static readonly Refusal ProviderOverloaded = new(Overloaded, "overloaded_error", "provider_overloaded", "The provider is overloaded.", Outcome.Error);

    public static readonly Refusal ProviderMalformed = new(
        StatusCodes.Status502BadGateway, Upstream, "provider_malformed", "The provider's answer is not valid.", Outcome.Error);

    public static readonly Refusal ProviderTimeout = new(
        StatusCodes.Status504GatewayTimeout, "timeout_error", "provider_timeout", "The provider did not answer in time.", Outcome.Timeout);

    public static readonly Refusal StreamIdle = new(
        StatusCodes.Status504GatewayTimeout, "timeout_error", "stream_idle", "The provider fell silent in the middle of its answer.", Outcome.Timeout);

    /// <summary>Never sent: there is nobody to send it to.</summary>
    public static readonly Refusal ClientGone = new(
        StatusCodes.Status499ClientClosedRequest, "client_closed_request", "client_closed_request", "The client went before the answer was complete.", Outcome.Aborted);

    public static readonly Refusal Internal = new(
        StatusCodes.Status500InternalServerError, "server_error", "internal_error", "The gateway failed. The request id helps to find out why.", Outcome.Error);

    public static readonly Refusal ResponsesUnavailable = Later("responses_unavailable", "Stored responses cannot be reached at the moment.");

    public static readonly Refusal UnknownRoute = new(
        StatusCodes.Status404NotFound, InvalidRequest, "unknown_url", "There is nothing under this method and URL.", Outcome.Error);

    /// <summary>What nothing is known about does not leave.</summary>
    public static readonly Refusal GuardUnavailable = Later("guard_budget_exhausted", "The request cannot be checked against the content rules within bounds.");

    public static Refusal ContentBlocked(string rule) => new(
        StatusCodes.Status400BadRequest, InvalidRequest, "content_blocked", $"The content is not allowed here (rule '{rule}').", Outcome.Denied);

    public static Refusal BadRequest(string message, string? param = null) =>
        new(StatusCodes.Status400BadRequest, InvalidRequest, null, message, Outcome.Error) { Param = param };

    /// <summary>With <c>gateway.conversion_strict</c> on, nothing may get lost on the way to a provider of another format.</summary>
    public static Refusal ConversionLossy(string notes) => new(
        StatusCodes.Status422UnprocessableEntity,
        InvalidRequest,
        "conversion_lossy",
        $"The provider of this model cannot be given all of this request ({notes}), and lossy conversions are switched off.",
        Outcome.Denied);

    public static Refusal BodyTooLarge(long limit) => new(
        StatusCodes.Status413PayloadTooLarge,
        InvalidRequest,
        "request_too_large",
        string.Create(CultureInfo.InvariantCulture, $"The request body is larger than {limit} bytes."),
        Outcome.Error);

    public static Refusal ModelNotAllowed(string model) => Forbidden("model_not_allowed", $"This API key may not use the model '{model}'.") with { Param = "model" };

    public static Refusal ModelUnknown(string model) => new(
        StatusCodes.Status404NotFound, InvalidRequest, "model_not_found", $"The model '{model}' does not exist.", Outcome.Error)
    { Param = "model" };

    public static Refusal ModelDisabled(string model) => new(
        StatusCodes.Status404NotFound, InvalidRequest, "model_disabled", $"The model '{model}' is switched off.", Outcome.Denied)
    { Param = "model" };

    /// <summary>Never stored, expired, deleted, or another's: they do not differ.</summary>
    public static Refusal ResponseUnknown(string id) => new(
        StatusCodes.Status404NotFound, InvalidRequest, "previous_response_not_found", $"Response with id '{id}' not found.", Outcome.Error)
    { Param = "previous_response_id" };

    public static Refusal ItemUnknown(string id) => new(StatusCodes.Status404NotFound, InvalidRequest, "item_not_found", $"Item with id '{id}' not found.", Outcome.Error)
    { Param = "input" };

    public static Refusal NoRoute(string model) => Later("no_route", $"No provider serves the model '{model}' at the moment.");

    public static Refusal Limited(Contracts.Limits.Refusal refusal)
    {
        var seconds = (int)Math.Clamp((refusal.RetryAfterMs + 999) / 1000, 1, int.MaxValue);
        var message = refusal.Reason == "unpriced" ? $"The model has no price, and {refusal.Label} is kept in USD."
            : refusal.Reason == "unbounded" ? $"{refusal.Label} is strict, and nobody knows what this call may use at most: set a maximum of output tokens."
            : refusal.Budget
            ? $"The budget {refusal.Label} is spent: {refusal.Current} of {refusal.Limit}."
            : string.Create(CultureInfo.InvariantCulture, $"Rate limit {refusal.Label} reached: {refusal.Current} of {refusal.Limit}. Try again in {seconds} s.");
        return new Refusal(StatusCodes.Status429TooManyRequests, RateLimit, refusal.Label, message, Outcome.Limited)
        {
            RetryAfterSeconds = seconds,
            DoNotRetry = refusal.Budget || refusal.Reason.Length > 0,
        };
    }

    /// <summary>The provider's own 4xx, with its words.</summary>
    public static Refusal ProviderRefused(int status, string? type, string? code, string? param, string message) =>
        new(status, type ?? (status == StatusCodes.Status429TooManyRequests ? RateLimit : InvalidRequest), code, message, Outcome.Error) { Param = param };

    public static Refusal ProviderFault(int status) => new(
        StatusCodes.Status502BadGateway,
        Upstream,
        "provider_error",
        string.Create(CultureInfo.InvariantCulture, $"The provider answered with an error ({status})."),
        Outcome.Error);

    /// <summary>An error that the provider itself put into its stream; the client has it already.</summary>
    public static Refusal ProviderSaidError(string? message) => ProviderBroke with { Code = "provider_stream_error", Message = message ?? ProviderBroke.Message };

    private static Refusal Unauthorized(string code, string message) =>
        new(StatusCodes.Status401Unauthorized, Authentication, code, message, Outcome.Denied);

    private static Refusal Forbidden(string code, string message) => new(StatusCodes.Status403Forbidden, Permission, code, message, Outcome.Denied);

    private static Refusal Later(string code, string message) =>
        new(StatusCodes.Status503ServiceUnavailable, Unavailable, code, message, Outcome.Error) { RetryAfterSeconds = 1 };
}
