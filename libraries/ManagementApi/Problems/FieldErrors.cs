namespace ThinkWatch.ManagementApi;

/// <summary>Collects what is wrong with each field, so that an answer names all of it at once. Not thread-safe; one a request.</summary>
public sealed class FieldErrors
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    public bool Any => _errors.Count > 0;

    public FieldErrors Add(string field, string message)
    {
        if (!_errors.TryGetValue(field, out var messages))
            _errors[field] = messages = [];
        messages.Add(message);
        return this;
    }

    /// <summary>Adds the message when <paramref name="valid"/> is false.</summary>
    public FieldErrors Require(bool valid, string field, string message) => valid ? this : Add(field, message);

    public IReadOnlyDictionary<string, string[]> ToDictionary() => _errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal);

    /// <exception cref="ApiProblemException">400 with every error collected, when there is one.</exception>
    public void ThrowIfAny()
    {
        if (Any)
            throw ApiProblem.Invalid(ToDictionary()).AsException();
    }
}
