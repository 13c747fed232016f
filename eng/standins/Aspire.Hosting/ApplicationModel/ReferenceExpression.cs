using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that has a value in run mode.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>Something that a manifest names by an expression such as <c>{name.value}</c>.</summary>
public interface IManifestExpressionProvider
{
    string ValueExpression { get; }
}

public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;

public interface IValueWithReferences
{
    IEnumerable<object> References { get; }
}

/// <summary>Text with holes that are filled when the application runs, or written as expressions when it is published.</summary>
public sealed class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    private readonly IExpressionValue[] _holes;

    private ReferenceExpression(string format, IExpressionValue[] holes)
    {
        Format = format;
        _holes = holes;
    }

    public static readonly ReferenceExpression Empty = new("", []);

    /// <summary>A composite format string: literal braces are doubled.</summary>
    public string Format { get; }

    public IReadOnlyList<IValueProvider> ValueProviders => _holes;

    public string ValueExpression => string.Format(Format, [.. _holes.Select(h => (object)h.ValueExpression)]);

    public IEnumerable<object> References => _holes;

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var values = new object?[_holes.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = await _holes[i].GetValueAsync(cancellationToken);
        return string.Format(Format, values);
    }

    [InterpolatedStringHandler]
#pragma warning disable CA1815 // as in Aspire: a handler lives for one expression and is never compared
    public readonly struct ExpressionInterpolatedStringHandler
#pragma warning restore CA1815
    {
        private readonly StringBuilder _format;
        private readonly List<IExpressionValue> _holes;

        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
        {
            _format = new StringBuilder(literalLength);
            _holes = new List<IExpressionValue>(formattedCount);
        }

        public void AppendLiteral(string value) => _format.Append(value.Replace("{", "{{").Replace("}", "}}"));

        public void AppendFormatted(string? value) => AppendLiteral(value ?? "");

        public void AppendFormatted<T>(T valueProvider)
            where T : IExpressionValue
        {
            _format.Append('{').Append(_holes.Count).Append('}');
            _holes.Add(valueProvider);
        }

        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IExpressionValue => AppendFormatted(valueProvider.Resource);

        internal ReferenceExpression Build() => new(_format.ToString(), [.. _holes]);
    }
}
