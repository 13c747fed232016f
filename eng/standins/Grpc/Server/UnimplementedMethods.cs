using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Answers gRPC calls to methods and services that are not mapped. Mapping happens at start, on one thread.</summary>
internal sealed class UnimplementedMethods
{
    private readonly HashSet<string> _services = [];
    private bool _anyService;

    public void Map(IEndpointRouteBuilder routes, IReadOnlyCollection<string> services)
    {
        foreach (var service in services)
        {
            if (_services.Add(service))
                Map(routes, $"{service}/{{unimplementedMethod}}", $"gRPC - Unimplemented method for {service}", "Method is unimplemented.");
        }

        if (_anyService)
            return;
        _anyService = true;
        Map(
            routes,
            $"{{unimplementedService}}/{{unimplementedMethod:{UnimplementedConstraint.Name}}}",
            "gRPC - Unimplemented service",
            "Service is unimplemented.");
    }

    private static void Map(IEndpointRouteBuilder routes, string pattern, string name, string detail) =>
        routes.MapPost(pattern, http => AnswerAsync(http, detail))
            .WithDisplayName(name)
            .Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);

    private static Task AnswerAsync(HttpContext http, string detail)
    {
        if (!GrpcProtocol.IsGrpcContentType(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        http.Response.ContentType = GrpcProtocol.ContentType;
        http.Response.Headers.GrpcStatus = GrpcProtocol.StatusText(StatusCode.Unimplemented);
        http.Response.Headers.GrpcMessage = detail;
        return Task.CompletedTask;
    }
}

/// <summary>Lets the route for unknown services match gRPC calls only.</summary>
internal sealed class UnimplementedConstraint : IRouteConstraint
{
    public const string Name = "grpcunimplemented";

    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        httpContext is not null && GrpcProtocol.IsGrpcContentType(httpContext.Request.ContentType);
}
