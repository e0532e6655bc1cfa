using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>Reads a blob, or a part of one, range by range. All of it comes from the state that was opened: if the blob is deleted and
/// created anew meanwhile, the next range throws <see cref="ArtifactConflictException"/>, while what fits into the first range stays
/// readable. The SDK's own stream costs a request more, and retries no read.</summary>
/// <param name="first">Read from <paramref name="start"/> on.</param>
/// <param name="start">Where in the blob the stream starts.</param>
internal sealed class BlobReadStream(BlobReader blobs, string key, BlobRange first, long start, long length) : ReadStream(length)
{
    private BlobRange _range = first;
    private long _rangeStart;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var bytes = await TakeAsync(buffer.Length, cancellationToken);
        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    // What reads a stream without awaiting gets its bytes too; hosts of this system have no synchronization context to block.
    public override int Read(Span<byte> buffer)
    {
        var bytes = TakeAsync(buffer.Length, CancellationToken.None).GetAwaiter().GetResult();
        bytes.Span.CopyTo(buffer);
        return bytes.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _range.Dispose();

        base.Dispose(disposing);
    }

    private async Task<ReadOnlyMemory<byte>> TakeAsync(int most, CancellationToken cancellation)
    {
        var wanted = Wanted(most);
        if (wanted == 0)
            return default;

        if (Position < _rangeStart || Position >= _rangeStart + _range.Length)
        {
            var next = await blobs.FetchAsync(key, start + Position, Length - Position, _range.ETag, cancellation);
            _range.Dispose();
            (_range, _rangeStart) = (next, Position);
        }

        var rest = _range.Bytes[(int)(Position - _rangeStart)..];
        var taken = rest[..Math.Min(wanted, rest.Length)];
        Position += taken.Length;
        return taken;
    }
}
