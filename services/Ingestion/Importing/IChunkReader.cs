using Pipeline.Ingestion.Images;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Importing;

/// <summary>Reads the items of one chunk, in order.</summary>
public interface IChunkReader
{
    /// <summary>The content of an item is there until the next is asked for.</summary>
    IAsyncEnumerable<ReadItem> ReadAsync(CancellationToken cancellation = default);

    /// <exception cref="ImageRejectedException">It cannot be used.</exception>
    DecodedImage Decode(ReadOnlySpan<byte> content);
}

/// <param name="Content">Null where it lies in <paramref name="File"/>, is decoded already, or could not be read, for the reason given.</param>
/// <param name="File">A temporary one, which whoever reads it disposes; only of large files of sequences.</param>
/// <param name="Picture">Of an image that was decoded as it was read.</param>
public sealed record ReadItem(
    SourceItem Source, ArraySegment<byte>? Content, RejectionReason? Rejection = null, string? Detail = null, FileStream? File = null, Picture? Picture = null)
{
    /// <summary>An item that is not read at all, with the reason; null where it is.</summary>
    public static ReadItem? Refused(SourceItem item, long maxFileBytes) =>
        item.Rejection is { } rejection ? new ReadItem(item, null, rejection, item.Detail)
        : item.Sha256 is null ? new ReadItem(item, null, RejectionReason.Unreadable)
        : item.Bytes > maxFileBytes ? new ReadItem(item, null, RejectionReason.TooLarge, $"{item.Bytes} bytes; at most {maxFileBytes}")
        : null;
}
