using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Makes the part of one chunk. What cannot be used goes to quarantine and never stops the rest.</summary>
public sealed class ChunkImporter(IArtifactStore store, LakeFolders lake, Quarantine quarantine, IOptions<IngestionOptions> options)
{
    /// <summary>Does nothing where the part or the whole dataset version exists already.</summary>
    public async Task ImportAsync(ImportPlan plan, int number, CancellationToken cancellation = default)
    {
        try
        {
            if (await store.FindAsync(plan.PartKey(number), cancellation) is null)
                await DecodeAsync(plan, plan.Chunks[number], cancellation);
        }
        catch (ArtifactNotFoundException)
        {
            // Another worker has done this chunk, committed, and deleted what the import no longer needs.
            if (await store.FindAsync(plan.DatasetKey, cancellation) is null)
                throw;
        }
    }

    private async Task DecodeAsync(ImportPlan plan, PlannedChunk chunk, CancellationToken cancellation)
    {
        var source = lake.Open(plan.Source);
        var items = chunk switch
        {
            FilesChunk files => new FilesChunkReader(store, source, plan, files, options.Value).ReadAsync(cancellation),
            IdxChunk idx => IdxChunkReader.ReadAsync(store, plan, idx, cancellation),
            _ => throw new UnreachableException($"No reader for {chunk.GetType()}."),
        };
        PartRows rows = plan.Sequences is null ? new PictureRows(plan.Input, chunk.Items) : new SequenceRows(plan.Decoding);
        using var part = new PartMaker(store, quarantine, plan.Dataset, source.NameOf, rows);
        var number = 0;
        await foreach (var read in items)
            await part.AddAsync(number++, read, cancellation);

        await part.FinishAsync(chunk.Part, cancellation);
    }
}
