global using Aspire.Hosting;
global using Aspire.Hosting.ApplicationModel;

// Users, signals and the embedded stores' binaries are Linux's.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
