using ThinkWatch.Guard;

namespace ThinkWatch.Guard.Tests.Patterns;

public sealed class PiiPatternTests
{
    [Theory]
    [InlineData("email", "Write to anna.maria+tag@mail.example.co.uk.", "anna.maria+tag@mail.example.co.uk")]
    [InlineData("email", "<müller@bücher.example>", "müller@bücher.example")]
    [InlineData("email", "请联系bob@example.com谢谢", "bob@example.com")]
    [InlineData("email", "a@b.io,c@d.org", "a@b.io|c@d.org")]
    [InlineData("email", "x@example.com.5 'y@example.com'", "x@example.com|y@example.com")]
    [InlineData("email", "user@host, @mention, a@b.c, v@1.2.3, @scope/pkg, git@github.com:o/r.git, x.@example.com", "")]
    [InlineData("card", "4111 1111 1111 1111 and 5500-0000-0000-0004", "4111 1111 1111 1111|5500-0000-0000-0004")]
    [InlineData("card", "378282246310005;30569309025904;6011111111111117;6304000000000000", "378282246310005|30569309025904|6011111111111117|6304000000000000")]
    [InlineData("card", "on 1 4111111111111111 12", "4111111111111111")]
    [InlineData("card", "4111111111111112 4111 1111-1111 1111 41111111111111110000000 a4111111111111111 0.4111111111111111", "")]
    [InlineData("iban", "DE89 3704 0044 0532 0130 00, GB82WEST12345698765432", "DE89 3704 0044 0532 0130 00|GB82WEST12345698765432")]
    [InlineData("iban", "nl91abna0417164300", "nl91abna0417164300")]
    [InlineData("iban", "DE89370400440532013001 XX89370400440532013000 DE8937040044053201300 ADE89370400440532013000", "")]
    [InlineData("phone", "+49 (0) 30 123456, +14155552671", "+49 (0) 30 123456|+14155552671")]
    [InlineData("phone", "(415) 555-2671 or 415-555-2671 or 1.415.555.2671", "(415) 555-2671|415-555-2671|1.415.555.2671")]
    [InlineData("phone", "030/1234567; 0171-1234567; 06 12 34 56 78; 020 7946 0958", "030/1234567|0171-1234567|06 12 34 56 78|020 7946 0958")]
    [InlineData("phone", "4155552671 2024-01-15 01.02.2024 10:30 192.168.100.200 1 000 000 123-45-6789 3.14159 1732200000000", "")]
    [InlineData("phone", "01-02-2024 v1.2.3 550e8400-e29b-41d4-a716-446655440000 1+4 c++17 0.123 456 789 00:12:34.567", "")]
    [InlineData("api_key", "key sk-ant-api03-AbCdEfGhIjKlMnOp-1234_5678, sk-proj-0123456789abcdefABCD", "sk-ant-api03-AbCdEfGhIjKlMnOp-1234_5678|sk-proj-0123456789abcdefABCD")]
    [InlineData("api_key", "ghp_0123456789abcdefghijABCDEFGHIJ012345 AKIAIOSFODNN7EXAMPLE", "ghp_0123456789abcdefghijABCDEFGHIJ012345|AKIAIOSFODNN7EXAMPLE")]
    [InlineData("api_key", "xoxb-1234567890-abcDEF glpat-0123456789abcdefghij AIzaSyA0123456789abcdefghijklmnopqrstuv", "xoxb-1234567890-abcDEF|glpat-0123456789abcdefghij|AIzaSyA0123456789abcdefghijklmnopqrstuv")]
    [InlineData("api_key", "tw-0123456789abcdefghijklmnopqrstuvABCDEFGHIJ", "tw-0123456789abcdefghijklmnopqrstuvABCDEFGHIJ")]
    [InlineData("api_key", "task-0123456789abcdef01234 sk-some-class-name-of-a-page AKIDNOTAKEY tw-text-blue-500 disk-1", "")]
    [InlineData("jwt", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl!", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl")]
    [InlineData("jwt", "eyJhbGciOiJIUzI1NiJ9 eyJ.eyJ.eyJ xeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x", "")]
    [InlineData("private_key", "a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----")]
    [InlineData("private_key", "-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----\nMIIE")]
    [InlineData("private_key", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "")]
    [InlineData("ip", "at 10.1.2.3, 2001:db8::1 and ::ffff:1.2.3.4.", "10.1.2.3|2001:db8::1|::ffff:1.2.3.4")]
    [InlineData("ip", "1.2.3 1.2.3.4.5 999.1.1.1 12:34:56 std::cout v1.2.3.4x", "")]
    [InlineData("us_ssn", "123-45-6789 000-12-3456 666-12-3456 123-00-6789", "123-45-6789")]
    [InlineData("uk_nino", "AB123456C, QQ 12 34 56 C, GB123456A", "AB123456C")]
    [InlineData("de_tax_id", "86095742719 86095742718 12345678901", "86095742719")]
    [InlineData("cn_resident_id", "11010519491231002X 110105194912310021 110105194913310020", "11010519491231002X")]
    [InlineData("es_dni", "12345678Z 12345678A", "12345678Z")]
    public void Pattern_FindsWhatItIsFor_AndNothingElse(string name, string text, string expected) =>
        string.Join('|', Find(text, name)).ShouldBe(expected);

    [Fact]
    public void Defaults_AreThoseOfTheDesign() =>
        PiiPattern.Defaults.ShouldBe(["private_key", "api_key", "jwt", "card", "iban", "email", "phone"]);

    [Fact]
    public void Finds_ThatOverlap_AreOne()
    {
        const string Text = "call +1 4111 1111 1111 1111 now";
        var found = new List<PiiMatch>();
        PiiScanner.Of(PiiPattern.Defaults, []).Find(Text, new RegexBudget(), found);
        var only = found.ShouldHaveSingleItem();
        only.Pattern.Label.ShouldBe("CARD");
        Text.Substring(only.Start, only.Length).ShouldBe("+1 4111 1111 1111 1111");
    }

    [Theory]
    [InlineData("EMPLOYEE=E-[0-9]{6}", true)]
    [InlineData("employee=E-[0-9]{6}", false)]
    [InlineData("E-[0-9]{6}", false)]
    [InlineData("EMPLOYEE=(", false)]
    [InlineData("EMPLOYEE=(a)\\1", false)]
    [InlineData("EMPLOYEE=(?<=x)y", false)]
    [InlineData("EMPLOYEE=a*", false)]
    [InlineData("EMPLOYEE=", false)]
    public void Custom_IsCheckedWhenItIsRead(string text, bool valid)
    {
        var pattern = PiiPattern.ParseCustom(text, out var error);
        (pattern is not null).ShouldBe(valid);
        (error is null).ShouldBe(valid);
    }

    [Fact]
    public void Custom_IsFoundBesideTheOthers()
    {
        var found = new List<PiiMatch>();
        PiiScanner.Of(["email"], ["EMPLOYEE=E-[0-9]{6}", "broken"]).Find("E-123456 a@b.io", new RegexBudget(), found);
        found.Select(static match => match.Pattern.Label).ShouldBe(["EMPLOYEE", "EMAIL"]);
    }

    [Fact]
    public void Budget_ThatIsSpent_IsSaidSo()
    {
        var scanner = PiiScanner.Of([], ["AA=x[0-9]", "BB=y[0-9]"]);
        Should.Throw<GuardBudgetException>(() => scanner.Find(new string('z', 60), new RegexBudget(100), []));
        scanner.Find(new string('z', 50), new RegexBudget(100), []);
    }

    public static TheoryData<string> Hostile() =>
    [
        "@", "a", "a@", "a.", "@a.", "a@a.", "1", "1-", "0 ", "+1 ", "(1", "+", "(", "4111 ", "4111 1111 1111 111 ", "DE89 ", "DE8937040044053201300 ", "eyJ", "eyJ.", "eyJhbGciOiJI.",
        "sk-", "sk-a", "sk-1", "AKIA", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN A PRIVATE KEY-----x-----END ", "{", "1.2.3.4 ", "1:", "::", "a@b.co ", "12345678", "AB12 ", "é@é.",
    ];

    /// <summary>A mebibyte of anything costs about as much as a mebibyte of prose: two seconds are for a machine that is busy with other things.</summary>
    [Theory]
    [MemberData(nameof(Hostile))]
    public void Text_ThatIsHostile_TakesNoLongerThanAnyOther(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length));
        var scanner = PiiScanner.Of(PiiPattern.All.Select(static pattern => pattern.Name), []);
        scanner.Find(text.AsSpan(0, 1000), new RegexBudget(), []);
        var before = System.Diagnostics.Process.GetCurrentProcess().UserProcessorTime;
        var found = new List<PiiMatch>();
        scanner.Find(text, new RegexBudget(), found);
        (System.Diagnostics.Process.GetCurrentProcess().UserProcessorTime - before).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        for (var i = 1; i < found.Count; i++)
            found[i].Start.ShouldBeGreaterThanOrEqualTo(found[i - 1].End);
    }

    private static IEnumerable<string> Find(string text, string name)
    {
        var found = new List<PiiMatch>();
        PiiScanner.Of([name], []).Find(text, new RegexBudget(), found);
        return found.Select(match => text.Substring(match.Start, match.Length));
    }
}
