using System.Text;

namespace ThinkWatch.ProviderSimulator;

/// <summary>The models on offer. Any other name is answered too, as plain chat.</summary>
internal static class SimulatedModels
{
    private static readonly string[] s_ids =
    [
        "sim-chat", "sim-tools", "sim-slow", "sim-nousage", "sim-cached", "sim-malformed", "sim-cut", "sim-stall", "sim-error-429", "sim-error-500",
    ];

    private static readonly byte[] s_list = Encoding.UTF8.GetBytes(
        """{"object":"list","data":[""" +
        string.Join(',', s_ids.Select(id => $$"""{"id":"{{id}}","object":"model","created":{{ChatAnswer.Created}},"owned_by":"thinkwatch-simulator"}""")) +
        "]}");

    public static Task ListAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = s_list.Length;
        return http.Response.Body.WriteAsync(s_list, http.RequestAborted).AsTask();
    }
}
