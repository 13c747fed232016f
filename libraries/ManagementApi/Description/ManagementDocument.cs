using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// The OpenAPI 3.1 description of a service's own endpoints, at <c>/openapi.json</c> on its internal port; admin-api merges them all. What the
/// generator cannot see is added here: money as strings, times, optional fields of a PATCH, list parameters, problems, permissions.
/// </summary>
internal static class ManagementDocument
{
    public static void AddManagementDocument(this IServiceCollection services) =>
        services.AddOpenApi(static options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = static description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
            options.CreateSchemaReferenceId = static info => IsInline(info.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(info);
            options.AddSchemaTransformer(DescribeValueAsync);
            options.AddOperationTransformer(DescribeOperationAsync);
            options.AddDocumentTransformer(static (document, _, _) =>
            {
                document.Servers = [];
                document.Components ??= new OpenApiComponents();
                document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
                document.Components.Schemas["Problem"] = ProblemSchema();
                return Task.CompletedTask;
            });
        });

    public static void MapManagementDocument(this WebApplication app) => app.MapOpenApi("/openapi.json");

    private static bool IsInline(Type type) =>
        IsOptional(type) || (Nullable.GetUnderlyingType(type) ?? type) == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type);

    private static bool IsOptional(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>);

    private static async Task DescribeValueAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (IsOptional(type))
            Copy(await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellationToken), schema);
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var orNull = plain == type ? default : JsonSchemaType.Null;
        if (plain == typeof(decimal))
            (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.String | orNull, "decimal", null);
        else if (plain == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String | orNull, "date-time");
        else if (plain == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(plain))
            schema.Type = null;

        var attributes = context.JsonPropertyInfo?.AttributeProvider;
        if (attributes?.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: true) is [AllowedValuesAttribute allowed, ..])
            schema.Enum = [.. allowed.Values.Select(static value => (JsonNode)JsonValue.Create(value?.ToString())!)];
    }

    private static void Copy(OpenApiSchema from, OpenApiSchema to)
    {
        (to.Type, to.Format, to.Pattern, to.Items, to.Enum) = (from.Type, from.Format, from.Pattern, from.Items, from.Enum);
        (to.Properties, to.Required, to.AdditionalProperties, to.AnyOf, to.OneOf) = (from.Properties, from.Required, from.AdditionalProperties, from.AnyOf, from.OneOf);
    }

    private static Task DescribeOperationAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<CallerRequirement>().LastOrDefault() is { AnyOf.Count: > 0 } requirement)
            operation.Description = $"Needs the permission {string.Join(" or ", requirement.AnyOf)}. {operation.Description}".TrimEnd();
        if (metadata.OfType<MethodInfo>().FirstOrDefault() is { } handler && handler.GetParameters().Any(static p => p.ParameterType == typeof(ListQuery)))
            AddListParameters(operation);
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "What went wrong",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference("Problem", context.Document) },
            },
        };
        return Task.CompletedTask;
    }

    private static void AddListParameters(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(Parameter("limit", JsonSchemaType.Integer, $"Items in one page, 1 to {ListQuery.MaxLimit}; {ListQuery.DefaultLimit} when absent."));
        operation.Parameters.Add(Parameter("cursor", JsonSchemaType.String, "next_cursor of the page before."));
        operation.Parameters.Add(Parameter("sort", JsonSchemaType.String, "A field; with a minus, descending."));
        operation.Parameters.Add(Parameter("q", JsonSchemaType.String, "What to look for."));
    }

    private static OpenApiParameter Parameter(string name, JsonSchemaType type, string description) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = new OpenApiSchema { Type = type } };

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457 problem details",
        Required = new HashSet<string> { "type", "title", "status", "request_id" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["request_id"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Field → what is wrong with it",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };
}
