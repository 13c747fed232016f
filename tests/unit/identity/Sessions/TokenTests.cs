using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Tests.Sessions;

public sealed class TokenTests
{
    private const string Secret = "a-secret-of-more-than-32-characters-0123";
    private static readonly Session Session = new("session-id", Guid.Parse("01a2010b-9955-745e-9e9f-f75fc086b1c6"), "127.0.0.1");

    [Fact]
    public async Task AccessToken_RoundTrip_NamesTheSessionUntilItExpires()
    {
        var clock = new Clock();
        var tokens = new AccessTokens(Secret, new Defaults(), clock);
        var text = tokens.Issue(Session);

        var (outcome, token) = await tokens.ReadAsync(text);
        outcome.ShouldBe(AuthOutcome.Ok);
        token.ShouldNotBeNull();
        (token.SessionId, token.UserId).ShouldBe((Session.Id, Session.UserId));

        clock.Now += TimeSpan.FromMinutes(15);
        (await tokens.ReadAsync(text)).Outcome.ShouldBe(AuthOutcome.Expired);
    }

    [Fact]
    public async Task AccessToken_OfAnotherSecretAlgorithmOrMangled_IsUnknown()
    {
        var tokens = new AccessTokens(Secret, new Defaults(), new Clock());
        var text = tokens.Issue(Session);
        var parts = text.Split('.');
        var unsigned = Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + "." + parts[1] + ".";

        (await tokens.ReadAsync(new AccessTokens(Secret + "x", new Defaults(), new Clock()).Issue(Session))).Outcome.ShouldBe(AuthOutcome.Unknown);
        (await tokens.ReadAsync(unsigned)).Outcome.ShouldBe(AuthOutcome.Unknown);
        (await tokens.ReadAsync(parts[0] + "." + parts[1] + "." + new string(parts[2].Reverse().ToArray()))).Outcome.ShouldBe(AuthOutcome.Unknown);
        (await tokens.ReadAsync("nonsense")).Outcome.ShouldBe(AuthOutcome.Unknown);
        (await tokens.ReadAsync("")).Outcome.ShouldBe(AuthOutcome.Unknown);
    }

    [Fact]
    public void RefreshToken_AnyPartChanged_IsNotRead()
    {
        var tokens = new RefreshTokens(Secret);
        var text = tokens.Issue("session", 7);
        var parts = text.Split('.');

        tokens.Read(text).ShouldBe(("session", 7L));
        tokens.Read($"other.{parts[1]}.{parts[2]}").ShouldBeNull();
        tokens.Read($"{parts[0]}.8.{parts[2]}").ShouldBeNull();
        tokens.Read($"{parts[0]}.{parts[1]}.AAAA").ShouldBeNull();
        tokens.Read($"{parts[0]}.{parts[1]}.").ShouldBeNull();
        tokens.Read(null).ShouldBeNull();
        new RefreshTokens(Secret + "x").Read(text).ShouldBeNull();
    }

    private sealed class Defaults : ISettings
    {
        public event Action? Changed
        {
            add { }
            remove { }
        }

        public T Get<T>(Setting<T> setting) where T : notnull => setting.Default;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
