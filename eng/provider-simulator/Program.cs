using ThinkWatch.ProviderSimulator;

await SimulatorApp.Build(args).RunAsync();
