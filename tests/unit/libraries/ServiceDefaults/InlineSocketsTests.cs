using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Libraries.Tests.ServiceDefaults;

public sealed class InlineSocketsTests
{
    [Theory]
    [InlineData(1024, false)]
    [InlineData(1024 * 1024, true)]
    public async Task Work_OnAThreadOfTheSockets_GoesToThePool_OnlyWhenItIsLong(long bytes, bool pool)
    {
        Task<bool>? ran = null;
        var sockets = new Thread(() => ran = RunAsync(bytes));
        sockets.Start();
        sockets.Join();
        (await ran!).ShouldBe(pool);
    }

    private static async Task<bool> RunAsync(long bytes)
    {
        await InlineSockets.LeaveAsync(bytes);
        return Thread.CurrentThread.IsThreadPoolThread;
    }
}
