using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline.Allotments;

/// <summary>Calls that stand under the same limits, as far as their ids tell.</summary>
internal readonly record struct CallKind(string Surface, string KeyLineageId, string UserId, string ModelId, string McpServerId, string McpTool)
{
    public static CallKind Of(CheckRequest request) =>
        new(request.Surface, request.KeyLineageId, request.UserId, request.ModelId, request.McpServerId, request.McpTool);
}
