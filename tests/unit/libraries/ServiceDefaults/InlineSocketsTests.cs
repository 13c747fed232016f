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
        var leaving = InlineSockets.LeaveAsync(bytes);
        Thread.Sleep(20); // however idle the pool is meanwhile
        await leaving;
        return Thread.CurrentThread.IsThreadPoolThread;
    }
}
