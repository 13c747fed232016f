namespace ThinkWatch.Load;

/// <summary>The same Anthropic call, passed through to an Anthropic upstream and converted for an OpenAI one.</summary>
internal static class Converted
{
    public static async Task RunAsync(Ground ground, LoadOptions options, CancellationToken cancellationToken)
    {
        var passed = await CostAsync(Calls.NativeModel);
        var converted = await CostAsync(Calls.Model);
        Console.WriteLine();
        Console.WriteLine("Anthropic client, CPU of the ai-gateway a call");
        Console.WriteLine($"{"passed through",-18}{passed,9:0.0} µs");
        Console.WriteLine($"{"converted",-18}{converted,9:0.0} µs{converted / passed,9:0.00} ×");

        async Task<double> CostAsync(string model)
        {
            var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["anthropic-version"] = "2023-06-01" };
            var call = new Call(new Uri(ground.GatewayAddress, "/v1/messages"), ground.Admin.ApiKey, Calls.Messages(model, options.BodyBytes), headers);
            var processes = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["ai-gateway"] = ground.GatewayProcesses };
            var (result, micros) = await Throughput.MeasureAsync(call, processes, options, cancellationToken);
            return result.Failures == 0 ? micros["ai-gateway"] : throw new InvalidOperationException($"{result.Failures} calls of {model} failed.");
        }
    }
}
