using Azure;
using Microsoft.Win32.SafeHandles;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Blob;

/// <summary>Reads a blob, or a part of one, range by range. All of it comes from the state that was opened: if the blob is deleted and
/// created anew meanwhile, the next range throws <see cref="ArtifactConflictException"/>, while what fits into the first range stays
/// readable.</summary>
/// <param name="first">Read from <paramref name="start"/> on.</param>
/// <param name="start">Where in the blob the stream starts.</param>
/// <param name="length">The stream's length.</param>
/// <param name="rangeBytes">What one request fetches.</param>
internal sealed class BlobReadStream(
    BlobRanges ranges, string key, BlobRange first, long start, long length, int rangeBytes) : ReadStream(length)
{
    private readonly ETag _etag = first.ETag;
    private BlobRange _range = first;
    private long _rangeStart;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await FetchAsync(buffer.Length, cancellationToken);
        return Copy(buffer.Span);
    }

    // What reads a stream without awaiting gets its bytes too; hosts of this system have no synchronization context to block.
    public override int Read(Span<byte> buffer)
    {
        FetchAsync(buffer.Length, CancellationToken.None).GetAwaiter().GetResult();
        return Copy(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _range.Dispose();

        base.Dispose(disposing);
    }

    private async Task FetchAsync(int wanted, CancellationToken cancellation)
    {
        var isAtHand = Position >= _rangeStart && Position < _rangeStart + _range.Bytes.Length;
        if (wanted > 0 && Position < Length && !isAtHand)
        {
            var next = await ranges.FetchAsync(key, start + Position, (int)Math.Min(rangeBytes, Length - Position), _etag, cancellation);
            _range.Dispose();
            (_range, _rangeStart) = (next, Position);
        }
    }

    private int Copy(Span<byte> buffer)
    {
        var wanted = Wanted(buffer.Length);
        if (wanted == 0)
            return 0;

        var rest = _range.Bytes.Span[(int)(Position - _rangeStart)..];
        var read = Math.Min(wanted, rest.Length);
        rest[..read].CopyTo(buffer);
        Position += read;
        return read;
    }
}

/// <summary>Brings a blob into a file, range beside range, and holds it against its reference.</summary>
internal sealed class BlobDownload(BlobContainer container, BlobRanges ranges, TransferOptions transfer)
{
    /// <param name="file">Empty; holds the blob's bytes afterwards.</param>
    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="PipelineException">Its bytes are not those of the reference.</exception>
    public async Task ToFileAsync(ArtifactReference reference, SafeFileHandle file, CancellationToken cancellation)
    {
        using var first = await ranges.FetchAsync(reference.Key, 0, transfer.BlockBytes, etag: default, cancellation);
        if (first.Total != reference.Bytes)
            throw Damaged(reference, $"{first.Total} bytes");

        await RandomAccess.WriteAsync(file, first.Bytes, 0, cancellation);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = transfer.Parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Starts(reference.Bytes), parallel, async (start, token) =>
        {
            using var range = await ranges.FetchAsync(
                reference.Key, start, (int)Math.Min(transfer.BlockBytes, reference.Bytes - start), first.ETag, token);
            await RandomAccess.WriteAsync(file, range.Bytes, start, token);
        });
        await using var written = new RangeStream(file, 0, reference.Bytes, ownsFile: false);
        var digest = await Digest.OfAsync(written, cancellation);
        if (digest != reference.Digest)
            throw Damaged(reference, $"{reference.Bytes} bytes with {digest}");
    }

    private IEnumerable<long> Starts(long bytes)
    {
        for (long start = transfer.BlockBytes; start < bytes; start += transfer.BlockBytes)
            yield return start;
    }

    private PipelineException Damaged(ArtifactReference reference, string found) =>
        new($"The store is damaged: '{reference.Key}' should have {reference.Bytes} bytes with {reference.Digest}, and has {found}. "
            + $"Delete the blob {container.Address}/{reference.Key} and run the same command again.");
}
