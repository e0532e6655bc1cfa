using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning;

/// <summary>Makes parts of new files while their folder is read to be planned, so that new files are read once.</summary>
public interface INewFiles : IAsyncDisposable
{
    /// <summary>Whether a file is to be read whole and handed over. Safe for several threads.</summary>
    bool Takes(FoundFile file);

    /// <summary>Decodes a file that was taken. Safe for several threads; a continuation must be short.</summary>
    /// <param name="content">From <see cref="FileBuffers"/>; ownership passes to the callee.</param>
    Task DecodeAsync(SourceItem item, ArraySegment<byte> content, CancellationToken cancellation);

    /// <summary>Adds the next item of the source, in order, whether it was taken or not.</summary>
    /// <param name="line">The item as a JSON line.</param>
    Task AddAsync(SourceItem item, ReadOnlyMemory<byte> line, CancellationToken cancellation);

    /// <summary>Writes what is left; nothing can be added after that.</summary>
    Task<MadeParts> FinishAsync(CancellationToken cancellation);
}

public delegate INewFiles NewFilesOf(ILakeFolder folder, PartNames parts, ChunkLimits limits);

/// <summary>Parts that were made while a source was read.</summary>
/// <param name="Items">Number of items in these parts.</param>
/// <param name="Seconds">Compute seconds.</param>
/// <param name="Chunks">All chunks of the source where each has its part; else null.</param>
public sealed record MadeParts(int Parts, int Items, double Seconds, IReadOnlyList<PlannedChunk>? Chunks)
{
    public static MadeParts None { get; } = new(0, 0, 0, null);
}
