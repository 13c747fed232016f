using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Net.Client;
using Npgsql;
using ThinkWatch.Integration.Tests.Stores;
using Contract = ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>One identity service over a database of its own, set up, with its administrator's key.</summary>
public sealed class IdentityFixture(EmbeddedStores stores) : IAsyncLifetime
{
    public const string AdminEmail = "ada@example.com";
    public const string Password = "Correct-Horse-9-Battery";

    private ServiceProcess? _service;
    private GrpcChannel? _channel;
    private HttpClient? _http;
    private string? _database;

    internal ServiceProcess Service => _service!;

    public HttpClient Http => _http!;

    public Task<string> RedisAsync() => stores.RedisAsync();

    public string AdminKey { get; private set; } = "";

    public string AdminId { get; private set; } = "";

    public string Database => _database!;

    internal Contract.Identity.IdentityClient Wire => new(_channel!);

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _service = await StartAsync(stores, _database);
        _channel = _service.Channel();
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = _service.Http };
        using var reply = await Http.PostAsJsonAsync("/api/setup/initialize", SetupBody());
        reply.EnsureSuccessStatusCode();
        var body = await reply.Content.ReadFromJsonAsync<JsonElement>();
        AdminKey = body.GetProperty("api_key").GetString()!;
        AdminId = body.GetProperty("admin_id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        _channel?.Dispose();
        if (_service is not null)
            await _service.DisposeAsync();
    }

    internal static async Task<ServiceProcess> StartAsync(EmbeddedStores stores, string database, params IEnumerable<KeyValuePair<string, string>> more) =>
        await ServiceProcess.StartAsync("ThinkWatch.Identity", "identity",
        [
            new("ConnectionStrings__postgres", database),
            new("ConnectionStrings__redis", await stores.RedisAsync()),
            .. more,
        ]);

    internal static object SetupBody() => new { admin = new { email = AdminEmail, display_name = "Ada", password = Password }, site_name = "Acme" };

    /// <summary>Sends as a key (or nobody) and answers status and body.</summary>
    internal async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? key = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (key is not null)
            request.Headers.Authorization = new("Bearer", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        using var reply = await Http.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        var cookies = reply.Headers.TryGetValues("Set-Cookie", out var set) ? set.ToArray() : [];
        return new Answer((int)reply.StatusCode, text, cookies, reply.Headers.RetryAfter?.Delta, reply.Headers.ETag?.Tag);
    }

    internal Task<Answer> AsAdminAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, body, AdminKey, headers);

    internal async Task<JsonElement> CreateKeyAsync(object body, string? key = null, int status = 201)
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/keys", body, key ?? AdminKey);
        answer.Status.ShouldBe(status, answer.Text);
        return answer.Json;
    }

    /// <summary>A person with the role, and a key of theirs for the console.</summary>
    internal async Task<(string Id, string Email, string Key)> CreatePersonAsync(string role = "developer")
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = await AsAdminAsync(HttpMethod.Post, "/api/admin/users", new { email, display_name = "Somebody", password = Password, roles = new[] { role } });
        user.Status.ShouldBe(201, user.Text);
        var id = user.Json.GetProperty("id").GetString()!;
        var key = await CreateKeyAsync(new { name = "k", surfaces = new[] { "console" }, user_id = id });
        return (id, email, key.GetProperty("key").GetString()!);
    }

    internal async Task<string> CreateTeamAsync()
    {
        var team = await AsAdminAsync(HttpMethod.Post, "/api/admin/teams", new { name = $"Team {Guid.NewGuid():N}" });
        team.Status.ShouldBe(201, team.Text);
        return team.Json.GetProperty("id").GetString()!;
    }

    internal async Task<Contract.AuthenticateReply> AuthenticateAsync(string key) =>
        await Wire.AuthenticateAsync(new() { KeySha256 = Google.Protobuf.ByteString.CopyFrom(Hash(key)), ClientIp = "127.0.0.1" });

    internal static byte[] Hash(string key) => System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));

    internal async Task<T> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Database + ";Search Path=identity");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}

internal sealed record Answer(int Status, string Text, string[] Cookies, TimeSpan? RetryAfter, string? ETag)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string Cookie(string name) => Cookies.Single(c => c.StartsWith(name + "=", StringComparison.Ordinal)).Split(';')[0];
}
