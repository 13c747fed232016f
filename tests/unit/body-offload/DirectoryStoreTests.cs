using ThinkWatch.BodyOffload.Objects;
using ThinkWatch.BodyOffload.Stores;

namespace ThinkWatch.BodyOffload.Tests;

public sealed class DirectoryStoreTests : IDisposable
{
    private static readonly ObjectPath Path = ObjectPath.Parse("bodies/mcp_logs/2026/03/01/org/call/tool_result")!;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bodies-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Writer_ThatDoesNotCommit_LeavesTheOldObjectAndNoFile()
    {
        var store = new DirectoryStore(_folder.FullName);
        await WriteAsync(store, "old", commit: true);
        await WriteAsync(store, "half", commit: false);
        (await ReadAsync(store)).ShouldBe("old");
        _folder.GetFiles("*", SearchOption.AllDirectories).ShouldHaveSingleItem();

        await WriteAsync(store, "new", commit: true);
        (await ReadAsync(store)).ShouldBe("new");
        (await store.DeleteAsync(Path, CancellationToken.None)).ShouldBeTrue();
        (await store.DeleteAsync(Path, CancellationToken.None)).ShouldBeFalse();
        (await store.OpenAsync(Path, CancellationToken.None)).ShouldBeNull();
    }

    private static async Task WriteAsync(DirectoryStore store, string text, bool commit)
    {
        await using var writer = await store.CreateAsync(Path, expiresAt: null, CancellationToken.None);
        await writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), CancellationToken.None);
        if (commit)
            await writer.CommitAsync(CancellationToken.None);
    }

    private static async Task<string> ReadAsync(DirectoryStore store)
    {
        using var reader = new StreamReader((await store.OpenAsync(Path, CancellationToken.None))!);
        return await reader.ReadToEndAsync();
    }
}
