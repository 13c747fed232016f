using Microsoft.AspNetCore.Http;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Libraries.Tests.ManagementApi;

public sealed class ListTests
{
    [Fact]
    public void Cursor_RoundTrip_KeepsEveryPart()
    {
        string[] parts = ["2026-01-01T00:00:00.0000000+00:00", "ünï \"quoted\"", ""];

        Cursor.Decode(Cursor.Encode(parts), 3).ShouldBe(parts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("eyJhIjoxfQ")]
    [InlineData("W251bGwsImEiXQ")]
    [InlineData("WzEsMl0")]
    public void Cursor_Nonsense_IsNull(string text) => Cursor.Decode(text, 2).ShouldBeNull();

    [Fact]
    public void Cursor_OfAnotherList_IsNull() => Cursor.Decode(Cursor.Encode("a"), 2).ShouldBeNull();

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?limit=ten")]
    [InlineData("?limit=-1")]
    public async Task Query_LimitOutOfRange_NamesTheField(string query)
    {
        var problem = await Should.ThrowAsync<ApiProblemException>(async () => await Bind(query));

        problem.Problem.Status.ShouldBe(400);
        problem.Problem.Errors!.Keys.ShouldBe(["limit"]);
    }

    [Fact]
    public async Task Query_Sort_OnlyWhatIsAllowed()
    {
        (await Bind("")).SortBy("-created_at", "name").ShouldBe(("created_at", true));
        (await Bind("?sort=name")).SortBy("-created_at", "name").ShouldBe(("name", false));
        (await Bind("?sort=created_at")).SortBy("-created_at", "name").ShouldBe(("created_at", false));
        var query = await Bind("?sort=password");
        Should.Throw<ApiProblemException>(() => query.SortBy("-created_at", "name")).Problem.Errors!.Keys.ShouldBe(["sort"]);
    }

    [Fact]
    public void Page_OneRowMoreThanAsked_HasANext()
    {
        Page<int>.From([1, 2, 3], 2, last => $"after {last}").ShouldSatisfyAllConditions(p => p.Items.ShouldBe([1, 2]), p => p.NextCursor.ShouldBe("after 2"));
        Page<int>.From([1, 2], 2, _ => "never").NextCursor.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("*", true)]
    [InlineData("\"a\"", true)]
    [InlineData("W/\"a\"", true)]
    [InlineData("\"9\", \"a\"", true)]
    [InlineData("\"9\"", false)]
    [InlineData("a", false)]
    public void IfMatch_EachForm_LetsOnlyTheVersionPass(string? header, bool passes)
    {
        var http = new DefaultHttpContext();
        if (header is not null)
            http.Request.Headers.IfMatch = header;

        if (passes)
            http.RequireMatch(10);
        else
            Should.Throw<ApiProblemException>(() => http.RequireMatch(10)).Problem.Status.ShouldBe(412);
    }

    private static ValueTask<ListQuery> Bind(string query) => ListQuery.BindAsync(new DefaultHttpContext { Request = { QueryString = new QueryString(query) } });
}
