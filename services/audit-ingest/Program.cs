await WebApplication.CreateSlimBuilder(args).Build().RunAsync();
