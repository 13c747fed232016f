using System.Text.Json;
using System.Text.Json.Serialization;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// A field of a PATCH body: absent (default) means keep, present and null means clear. Use <c>Optional&lt;string?&gt; Name</c> as a property.
/// </summary>
public readonly record struct Optional<T>(T Value) : IOptional
{
    /// <summary>True when the request named the field, whatever its value.</summary>
    public bool IsSet { get; } = true;

    public T Or(T current) => IsSet ? Value : current;

    object? IOptional.Boxed => Value;
}

internal interface IOptional
{
    bool IsSet { get; }

    object? Boxed { get; }
}

internal sealed class OptionalConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()[0]))!;

    private sealed class Converter<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<T>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
