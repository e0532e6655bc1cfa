using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Makes a part of one chunk. What cannot be used goes to quarantine and never stops the rest.</summary>
public sealed class ChunkImporter(IArtifactStore store, LakeFolders lake, Quarantine quarantine, IOptions<IngestionOptions> options)
{
    private const int ReportEvery = 256;

    /// <summary>Does nothing where the part is there already, or the whole dataset version.</summary>
    public async Task ImportAsync(
        ImportPlan plan, int number, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        try
        {
            await DecodeAsync(plan, number, progress, cancellation);
        }
        catch (ArtifactNotFoundException)
        {
            // Somebody else has done this chunk, committed, and deleted what the import no longer needs.
            if (await store.FindAsync(plan.DatasetKey, cancellation) is null)
                throw;
        }
    }

    private async Task DecodeAsync(ImportPlan plan, int number, IProgress<IngestionProgress>? progress, CancellationToken cancellation)
    {
        if (await store.FindAsync(plan.PartKey(number), cancellation) is not null)
            return;

        var chunk = plan.Chunks[number];
        var source = lake.Open(plan.Source);
        var reader = ReaderOf(plan, source, chunk);
        PartRows rows = plan.Sequences is null
            ? new PictureRows(plan.Input, read => Picture.Of(reader.Decode(read.Content!.Value), plan.Input), chunk.Items)
            : new SequenceRows(plan.Decoding);
        using var part = new PartMaker(store, quarantine, plan.Dataset, source.NameOf, rows);
        var done = 0;
        await foreach (var read in reader.ReadAsync(cancellation))
        {
            await part.AddAsync(done, read, cancellation);
            done++;
            if (done % ReportEvery == 0)
                progress?.Report(new IngestionProgress("decoding", done, chunk.Items));
        }

        await part.FinishAsync(chunk.Part, cancellation);
    }

    private IChunkReader ReaderOf(ImportPlan plan, ILakeFolder source, PlannedChunk chunk) => chunk switch
    {
        FilesChunk files => new FilesChunkReader(store, source, plan, files, options.Value),
        IdxChunk idx => new IdxChunkReader(store, plan, idx),
        _ => throw new UnreachableException($"No reader for {chunk.GetType()}."),
    };
}

/// <summary>Reads the items of one chunk, in order.</summary>
public interface IChunkReader
{
    /// <summary>The content of an item is there until the next is asked for.</summary>
    IAsyncEnumerable<ReadItem> ReadAsync(CancellationToken cancellation = default);

    /// <exception cref="ImageRejectedException">It cannot be used.</exception>
    DecodedImage Decode(ReadOnlySpan<byte> content);
}
