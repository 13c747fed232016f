using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace ThinkWatch.BodyOffload.Stores;

/// <summary>
/// Objects that go at a moment, where the bucket has no rule that forgets them. Beside each stands an empty one whose key begins with that minute: in the order of
/// the keys what is due comes first, so a sweep lists no more than it deletes. The moment is also the object's own metadata, which counts when it was written again
/// with a later one. Stateless; sweepers of several replicas do no harm to each other.
/// </summary>
internal sealed class ExpiringObjects(AmazonS3Client client, string bucket)
{
    private const string Folder = "expiring/";
    private const string Minute = "yyyyMMddHHmm";
    private const string Until = "expires-at";
    private const int MostAPage = 1000;
    private static readonly long s_last = DateTimeOffset.MaxValue.UtcTicks - TimeSpan.TicksPerMinute;

    public static void WriteTo(MetadataCollection metadata, DateTimeOffset? expiresAt)
    {
        if (expiresAt is { } end)
            metadata.Add(Until, end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Null: it stays.</summary>
    public static DateTimeOffset? ReadFrom(GetObjectMetadataResponse found) =>
        long.TryParse(found.Metadata[Until], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    public Task AnnounceAsync(string key, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = MarkOf(key, expiresAt), ContentBody = "", UseChunkEncoding = false }, cancellationToken);

    public Task ForgetAsync(string key, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        client.DeleteObjectAsync(bucket, MarkOf(key, expiresAt), cancellationToken);

    public async Task<int> SweepAsync(DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        var (deleted, looked) = (0, 0);
        while (looked < most)
        {
            var page = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = Folder, MaxKeys = MostAPage }, cancellationToken);
            foreach (var mark in page.S3Objects ?? [])
            {
                if (looked++ == most)
                    return deleted;

                // What somebody else laid there must not keep the rest from going.
                if (!TryRead(mark.Key, out var due, out var key))
                    continue;
                if (due > now)
                    return deleted;
                if (await DeleteAsync(key, now, cancellationToken))
                    deleted++;
                await client.DeleteObjectAsync(bucket, mark.Key, cancellationToken);
            }

            if (page.S3Objects is null or [])
                return deleted;
        }

        return deleted;
    }

    private async Task<bool> DeleteAsync(string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            if (ReadFrom(await client.GetObjectMetadataAsync(bucket, key, cancellationToken)) is not { } end || end > now)
                return false;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        await client.DeleteObjectAsync(bucket, key, cancellationToken);
        return true;
    }

    /// <summary>The minute in which it is over for certain.</summary>
    private static string MarkOf(string key, DateTimeOffset expiresAt) =>
        Folder + new DateTimeOffset(Math.Min(expiresAt.UtcTicks, s_last) + TimeSpan.TicksPerMinute - 1, TimeSpan.Zero).ToString(Minute, CultureInfo.InvariantCulture) + "/" + key;

    private static bool TryRead(string mark, out DateTimeOffset due, out string key)
    {
        var text = mark.AsSpan(Folder.Length);
        key = text.Length > Minute.Length ? text[(Minute.Length + 1)..].ToString() : "";
        due = default;
        return key.Length > 0
            && DateTimeOffset.TryParseExact(text[..Minute.Length], Minute, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out due);
    }
}
