using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ThinkWatch.Outbound.Aws;

/// <summary>Asks a metadata service: a deadline for each try, a few tries, a bound on the answer.</summary>
public static class CredentialFetch
{
    private const int Tries = 3;
    private const int LargestAnswer = 64 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <param name="make">Makes one try's request.</param>
    /// <exception cref="HttpRequestException">There is no good answer. Its message holds no secret.</exception>
    public static async Task<string> TextAsync(HttpMessageInvoker http, Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await OnceAsync(http, make, cancellationToken);
            }
            catch (Exception exception) when (tried < Tries && !cancellationToken.IsCancellationRequested && IsPassing(exception))
            {
                await Task.Delay(s_pause * tried, cancellationToken);
            }
        }
    }

    /// <summary>Reads the answer of either service; their names for things are the same but for the failed one's.</summary>
    public static AwsCredentials Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var said = document.RootElement;
            if (Text(said, "Code") is { } code && code != "Success")
                throw new HttpRequestException($"The metadata service says {code}.");
            var id = Text(said, "AccessKeyId");
            var secret = Text(said, "SecretAccessKey");
            if (id is null || secret is null)
                throw new HttpRequestException("The metadata service's answer holds no keys.");
            DateTimeOffset? expires = Text(said, "Expiration") is { } at && DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;
            return new AwsCredentials(id, secret, Text(said, "Token"), expires);
        }
        catch (JsonException exception)
        {
            throw new HttpRequestException("The metadata service's answer is not JSON.", exception);
        }
    }

    private static string? Text(JsonElement said, string name) =>
        said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsPassing(Exception exception) => exception switch
    {
        HttpRequestException { StatusCode: { } status } => status is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
        HttpRequestException or IOException or OperationCanceledException => true,
        _ => false,
    };

    private static async Task<string> OnceAsync(HttpMessageInvoker http, Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        using var request = make();
        using var response = await http.SendAsync(request, patience.Token);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException($"The metadata service answers {(int)response.StatusCode}.", null, response.StatusCode);
        await response.Content.LoadIntoBufferAsync(LargestAnswer, patience.Token);
        return await response.Content.ReadAsStringAsync(patience.Token);
    }
}
