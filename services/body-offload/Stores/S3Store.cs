using System.Buffers;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ThinkWatch.BodyOffload.Objects;

namespace ThinkWatch.BodyOffload.Stores;

/// <summary>
/// Objects in S3 or what speaks like it. Uploads never use aws-chunked framing: some servers store the framing as data and answer 200.
/// Hence no TransferUtility, which cannot be told; parts are made here.
/// </summary>
internal sealed class S3Store(S3Settings settings) : IBodyStore, IDisposable
{
    private const int PartSize = 8 * 1024 * 1024;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    private readonly AmazonS3Client _client = Connect(settings);

    private ExpiringObjects Expiring => new(_client, settings.Bucket);

    public string Prefix { get; } = $"s3://{settings.Bucket}/";

    public ValueTask<IBodyWriter> CreateAsync(ObjectPath path, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
        new(new Writer(_client, settings.Bucket, path.Text, expiresAt));

    public Task<Stream?> OpenAsync(ObjectPath path, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        try
        {
            var answer = await _client.GetObjectAsync(settings.Bucket, path.Text, cancellationToken);
            return (Stream?)answer.ResponseStream;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    });

    public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        DateTimeOffset? expiresAt;
        try
        {
            // S3 answers a deletion alike whether there was something or not.
            expiresAt = ExpiringObjects.ReadFrom(await _client.GetObjectMetadataAsync(settings.Bucket, path.Text, cancellationToken));
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        await _client.DeleteObjectAsync(settings.Bucket, path.Text, cancellationToken);
        if (expiresAt is { } end)
            await Expiring.ForgetAsync(path.Text, end, cancellationToken);
        return true;
    });

    public Task<int> SweepAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) => GuardAsync(() => Expiring.SweepAsync(now, most, cancellationToken));

    public Task CheckAsync(CancellationToken cancellationToken) => GuardAsync(() =>
        _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = settings.Bucket, MaxKeys = 1 }, cancellationToken));

    public void Dispose() => _client.Dispose();

    private static AmazonS3Client Connect(S3Settings settings)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = settings.ForcePathStyle,
            AuthenticationRegion = settings.Region,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = CallTimeout,
            MaxErrorRetry = 2,
        };
        if (settings.Endpoint is { } endpoint)
            config.ServiceURL = endpoint.AbsoluteUri;
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(settings.Region);
        return new AmazonS3Client(new BasicAWSCredentials(settings.AccessKeyId, settings.SecretAccessKey), config);
    }

    /// <summary>S3's own texts may name keys and hosts; what leaves here is only that the store is away, and its code.</summary>
    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AmazonServiceException fault)
        {
            throw new StoreAwayException($"S3 answered {(int)fault.StatusCode} {fault.ErrorCode}", fault);
        }
        catch (Exception fault) when (fault is AmazonClientException or HttpRequestException or IOException or TimeoutException)
        {
            throw new StoreAwayException($"S3 does not answer: {fault.GetType().Name}", fault);
        }
    }

    /// <summary>Gathers 8 MB; an object that fits is put at once, a larger one goes up in parts as they fill.</summary>
    private sealed class Writer(AmazonS3Client client, string bucket, string key, DateTimeOffset? expiresAt) : IBodyWriter
    {
        private readonly List<PartETag> _parts = [];
        private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(PartSize);
        private int _filled;
        private string? _upload;
        private bool _isCommitted;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            while (bytes.Length > 0)
            {
                if (_filled == PartSize)
                    await UploadPartAsync(cancellationToken);
                var taken = Math.Min(bytes.Length, PartSize - _filled);
                bytes[..taken].CopyTo(_buffer.AsMemory(_filled));
                _filled += taken;
                bytes = bytes[taken..];
            }
        }

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            // First of all that it will go: nothing is there that no sweep finds.
            if (expiresAt is { } end)
                await GuardAsync(async () =>
                {
                    await new ExpiringObjects(client, bucket).AnnounceAsync(key, end, cancellationToken);
                    return true;
                });
            if (_upload is null)
            {
                var put = new PutObjectRequest { BucketName = bucket, Key = key, InputStream = Content(), UseChunkEncoding = false };
                ExpiringObjects.WriteTo(put.Metadata, expiresAt);
                await GuardAsync(() => client.PutObjectAsync(put, cancellationToken));
            }
            else
            {
                await UploadPartAsync(cancellationToken);
                await GuardAsync(() => client.CompleteMultipartUploadAsync(
                    new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = _upload, PartETags = _parts }, cancellationToken));
            }

            _isCommitted = true;
        }

        public async ValueTask DisposeAsync()
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            if (_isCommitted || _upload is null)
                return;
            try
            {
                await client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = _upload }, CancellationToken.None);
            }
            catch (Exception fault) when (fault is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
            {
                // The store is away: its lifecycle rule for incomplete uploads removes what is left.
            }
        }

        private async Task<string> BeginAsync(CancellationToken cancellationToken)
        {
            var begin = new InitiateMultipartUploadRequest { BucketName = bucket, Key = key };
            ExpiringObjects.WriteTo(begin.Metadata, expiresAt);
            return (await GuardAsync(() => client.InitiateMultipartUploadAsync(begin, cancellationToken))).UploadId;
        }

        private MemoryStream Content() => new(_buffer, 0, _filled, writable: false);

        private async Task UploadPartAsync(CancellationToken cancellationToken)
        {
            _upload ??= await BeginAsync(cancellationToken);
            var part = await GuardAsync(() => client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket,
                    Key = key,
                    UploadId = _upload,
                    PartNumber = _parts.Count + 1,
                    PartSize = _filled,
                    InputStream = Content(),
                    UseChunkEncoding = false,
                },
                cancellationToken));
            _parts.Add(new PartETag(_parts.Count + 1, part.ETag));
            _filled = 0;
        }
    }
}
