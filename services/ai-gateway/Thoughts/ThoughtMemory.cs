using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.OpenAiChat;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.StoredResponses;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Thoughts;

/// <summary>
/// The signed thoughts before tool calls, for chat clients that send back the calls but not the thoughts: a model that thinks refuses to go on without them.
/// In Redis, sealed and bound to the key lineage and the call's id, for a day; what is lost is as if the client had never been given it, and the notes say
/// what follows from that. Thread-safe.
/// </summary>
internal sealed partial class ThoughtMemory(IConnectionMultiplexer redis, Vault vault, ILogger<ThoughtMemory> log)
{
    /// <summary>Longer thoughts are not worth the memory of a shared store.</summary>
    private const int LargestTurn = 256 * 1024;

    /// <summary>A loop of more turns than that loses its oldest.</summary>
    private const int MostTurns = 64;

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    /// <summary>Waiting for a slow store costs less than a loop that its provider refuses to go on with.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private static ReadOnlySpan<byte> ToolCalls => "\"tool_calls\""u8;

    /// <summary>
    /// Keeps what came before a turn's calls. Never throws. To be waited for before the client has the end of its answer: it may come back with a result at once,
    /// to another replica.
    /// </summary>
    public async Task KeepAsync(ResponseOwner owner, IReadOnlyList<Part> turn)
    {
        if (turn.OfType<ToolCallPart>().FirstOrDefault() is not { } first || !turn.Any(IsSigned))
            return;
        var content = Write(turn);
        if (content.WrittenCount > LargestTurn)
            return;
        try
        {
            var key = KeyOf(owner, first.Id);
            await redis.GetDatabase().StringSetAsync(key, vault.Seal(content.WrittenSpan, key), s_kept).WaitAsync(s_patience);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Failed("kept", exception.GetType().Name);
        }
    }

    /// <summary>Finds what a chat client's turns lack, where the candidate's provider may ask for it. Once a call.</summary>
    public ValueTask RecallAsync(Exchange exchange, string providerType)
    {
        if (exchange.Thoughts is not null || providerType is not ("anthropic" or "bedrock" or "google") || exchange.Surface is not ICallSurface { Format: WireFormat.OpenAiChat }
            || exchange.Body.WrittenSpan.IndexOf(ToolCalls) < 0)
            return default;
        return FindAsync(exchange);
    }

    private async ValueTask FindAsync(Exchange exchange)
    {
        var thoughts = exchange.Thoughts = [];
        var owner = ResponseOwner.Of(exchange);
        var ids = CallsWithoutThoughts(exchange.Body.Written);
        if (ids.Count == 0)
            return;
        try
        {
            var keys = ids.ConvertAll(id => KeyOf(owner, id));
            var values = await redis.GetDatabase().StringGetAsync([.. keys.Select(static key => (RedisKey)key)]).WaitAsync(s_patience, exchange.Cancelled);
            for (var i = 0; i < values.Length; i++)
            {
                if (!values[i].IsNull)
                    thoughts[ids[i]] = JsonElement.Parse(vault.Open((string)values[i]!, keys[i]));
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or VaultException or ObjectDisposedException)
        {
            Failed("found", exception.GetType().Name);
        }
    }

    /// <summary>The first call of each of the last turns that tell nothing of what was thought.</summary>
    private static List<string> CallsWithoutThoughts(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = ChatRequestScanner.MaxDepth });
        var ids = new List<string>();
        foreach (var message in document.RootElement.ItemsOrNone("messages"))
        {
            if (message.Member("thinking_blocks") is null && message.ItemsOrNone("tool_calls").FirstOrDefault() is { ValueKind: JsonValueKind.Object } call
                && ThinkingBlocks.OfCall(call) is null && call.StringOrNull("id") is { Length: > 0 } id && !ids.Contains(id))
                ids.Add(id);
        }

        return ids.Count <= MostTurns ? ids : ids[^MostTurns..];
    }

    private static bool IsSigned(Part part) => part is ThinkingPart { Signature: not null } or HiddenThinkingPart or ToolCallPart { Signature: not null };

    /// <summary>As a client that forgets nothing would send it back.</summary>
    private static ArrayBufferWriter<byte> Write(IReadOnlyList<Part> turn)
    {
        var content = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(content, JsonWrite.Options);
        json.WriteStartObject();
        ThinkingBlocks.Write(json, turn);
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in turn.OfType<ToolCallPart>())
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            ThinkingBlocks.WriteOfCall(json, call.Signature);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return content;
    }

    private static string KeyOf(ResponseOwner owner, string callId) =>
        "tw:thoughts:" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.OrgId}\n{owner.KeyLineageId}\n{callId}")));

    [LoggerMessage(441, LogLevel.Debug, "Thoughts could not be {Done} ({Reason})")]
    private partial void Failed(string done, string reason);
}
