using ThinkWatch.Load;

// dotnet run -c Release --project tests/load [-- --connections 32 --seconds 10 --targets simulator,yarp,gateway,edge]
if (args is ["bare-yarp", var port, var upstream])
{
    await BareYarp.RunAsync(int.Parse(port), upstream);
    return 0;
}

var options = LoadOptions.Parse(args);
if (!Wrk.IsInstalled)
{
    Console.Error.WriteLine("This needs wrk (Debian: apt-get install wrk).");
    return 1;
}

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    cancel.Cancel();
};
await Comparison.RunAsync(options, cancel.Token);
return 0;
