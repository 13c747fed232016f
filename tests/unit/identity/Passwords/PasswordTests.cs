using System.Diagnostics;
using ThinkWatch.Identity.Passwords;

namespace ThinkWatch.Identity.Tests.Passwords;

public sealed class PasswordTests
{
    [Fact]
    public void Verify_RightAndWrong_TellsThemApart()
    {
        var stored = PasswordHash.Create("Correct-Horse-9");

        stored.ShouldStartWith("pbkdf2-sha512$210000$");
        PasswordHash.Verify("Correct-Horse-9", stored).ShouldBeTrue();
        PasswordHash.Verify("Correct-Horse-8", stored).ShouldBeFalse();
        PasswordHash.Create("Correct-Horse-9").ShouldNotBe(stored);
    }

    // RFC 6070's inputs with HMAC-SHA-512, as published for PBKDF2-HMAC-SHA512 (one and two iterations, 64 bytes, here the first 32).
    [Theory]
    [InlineData(1, "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252")]
    [InlineData(2, "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53c")]
    public void Verify_PublishedVector_Matches(int iterations, string hash)
    {
        var stored = $"pbkdf2-sha512${iterations}${Convert.ToBase64String("salt"u8)}${Convert.ToBase64String(Convert.FromHexString(hash))}";

        PasswordHash.Verify("password", stored).ShouldBeTrue();
        PasswordHash.IsWeak(stored).ShouldBeTrue();
    }

    [Fact]
    public void Verify_NoSuchUser_WorksAsLong()
    {
        var stored = PasswordHash.Create("Correct-Horse-9");
        PasswordHash.Verify("warm-up", null).ShouldBeFalse();

        // CPU time would be exact but counts other tests too; the shortest of a few runs, taken in turns, is little disturbed. An answer without
        // the work would be thousands of times as fast.
        double known = double.MaxValue, unknown = double.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            known = Math.Min(known, Time(() => PasswordHash.Verify("Wrong-Horse-9", stored)));
            unknown = Math.Min(unknown, Time(() => PasswordHash.Verify("Wrong-Horse-9", null)));
        }

        (unknown / known).ShouldBeInRange(0.25, 4);
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("pbkdf2-sha512$0$c2FsdA==$aGFzaA==")]
    [InlineData("pbkdf2-sha512$x$c2FsdA==$aGFzaA==")]
    [InlineData("pbkdf2-sha512$1$!$aGFzaA==")]
    public void Verify_DamagedHash_IsFalse(string stored) => PasswordHash.Verify("password", stored).ShouldBeFalse();

    [Theory]
    [InlineData("Aa3", 1)]
    [InlineData("alllowercase1", 1)]
    [InlineData("ALLUPPERCASE1", 1)]
    [InlineData("NoDigitsHere", 1)]
    [InlineData("short", 3)]
    [InlineData("Password123", 1)]
    [InlineData("Welcome2026", 1)]
    [InlineData("", 1)]
    [InlineData("Correct-Horse-9", 0)]
    public void Rules_EachPassword_NamesEveryFault(string password, int faults) => PasswordRules.Check(password).Count().ShouldBe(faults);

    private static double Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
