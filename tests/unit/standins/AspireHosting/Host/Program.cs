using Aspire.Hosting;

// A host for the tests to kill: two process trees whose members write their pids into the directory that it is given,
// the second of them deaf to every polite signal.
var directory = args[0];
var builder = DistributedApplication.CreateBuilder();
builder.AddExecutable("tree", "/bin/sh", directory, "-c", "echo $$ > tree.pid; sleep 1000 & echo $! > child.pid; wait");
builder.AddExecutable("deaf", "/bin/sh", directory, "-c", "trap '' TERM INT; echo $$ > deaf.pid; while true; do sleep 1; done");
await using var application = builder.Build();
await application.RunAsync();
