namespace ThinkWatch.BodyOffload.Stores;

/// <summary>S3_ENDPOINT_URL, S3_BUCKET, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_FORCE_PATH_STYLE.</summary>
internal sealed record S3Settings(Uri? Endpoint, string Bucket, string Region, string AccessKeyId, string SecretAccessKey, bool ForcePathStyle)
{
    /// <summary>Null when S3 is not configured.</summary>
    /// <exception cref="InvalidOperationException">It is configured in part; the message names the variable, never a value.</exception>
    public static S3Settings? Read(IConfiguration configuration)
    {
        if (configuration["S3_BUCKET"] is not { Length: > 0 } bucket)
            return null;
        Uri? endpoint = null;
        if (configuration["S3_ENDPOINT_URL"] is { Length: > 0 } text && !Uri.TryCreate(text, UriKind.Absolute, out endpoint))
            throw new InvalidOperationException("S3_ENDPOINT_URL is not an absolute URL.");
        return new S3Settings(
            endpoint,
            bucket,
            configuration["S3_REGION"] is { Length: > 0 } region ? region : "us-east-1",
            Required(configuration, "S3_ACCESS_KEY_ID"),
            Required(configuration, "S3_SECRET_ACCESS_KEY"),
            configuration["S3_FORCE_PATH_STYLE"] is not { Length: > 0 } style ? endpoint is not null : style.Equals("true", StringComparison.OrdinalIgnoreCase));
    }

    public override string ToString() => $"s3://{Bucket} at {Endpoint?.Authority ?? Region}";

    private static string Required(IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"S3_BUCKET is set but {name} is not.");
}
