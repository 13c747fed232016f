using ThinkWatch.Load;
using ThinkWatch.Load.Checks;

if (args is ["bare-yarp", var port, var upstream])
{
    await BareYarp.RunAsync(int.Parse(port), upstream);
    return 0;
}

if (args is ["guard"])
{
    GuardCost.Run();
    return 0;
}

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    cancel.Cancel();
};

if (args is ["limits"])
{
    await LimitsCost.RunAsync(cancel.Token);
    return 0;
}

if (args is ["identity"])
{
    await IdentityCost.RunAsync(cancel.Token);
    return 0;
}

LoadOptions options;
try
{
    options = LoadOptions.Parse(args);
}
catch (ArgumentException mistake)
{
    Console.Error.WriteLine($"{mistake.Message}\n{LoadOptions.Usage}");
    return 1;
}

if (!Wrk.IsInstalled)
{
    Console.Error.WriteLine("This needs wrk (Debian: apt-get install wrk).");
    return 1;
}

await Comparison.RunAsync(options, cancel.Token);
return 0;
