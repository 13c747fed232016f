namespace Grpc.Net.Client
{
    public sealed class GrpcChannelOptions { public System.Net.Http.HttpMessageHandler? HttpHandler { get; set; } public int? MaxReceiveMessageSize { get; set; } public int? MaxSendMessageSize { get; set; } }
    public sealed class GrpcChannel { public static Grpc.Core.ChannelBase ForAddress(System.Uri a, GrpcChannelOptions o) => throw new System.NotSupportedException(); }
}
namespace Microsoft.Extensions.DependencyInjection { public static class XX { public static void AddGrpc(this IServiceCollection s) { } } }
