using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Ingestion.Importing;

/// <summary>Makes a part of one chunk. What cannot be used goes to quarantine and never stops the rest.</summary>
public sealed class ChunkImporter(IArtifactStore store, LakeFolders lake, Quarantine quarantine, IOptions<IngestionOptions> options)
{
    private const int ReportEvery = 256;

    /// <summary>Does nothing where the part is there already, or the whole dataset version.</summary>
    public async Task ImportAsync(ImportPlan plan, int number, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        try
        {
            await DecodeAsync(plan, number, progress, cancellation);
        }
        catch (ArtifactNotFoundException)
        {
            // Somebody else has done this chunk, committed, and deleted what the import no longer needs.
            if (await store.FindAsync(plan.DatasetKey, cancellation) is null)
            {
                throw;
            }
        }
    }

    private async Task DecodeAsync(ImportPlan plan, int number, IProgress<IngestionProgress>? progress, CancellationToken cancellation)
    {
        if (await store.FindAsync(plan.PartKey(number), cancellation) is not null)
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        var chunk = plan.Chunks[number];
        var source = lake.Open(plan.Source);
        var rejections = new List<Rejection>();
        var reader = ReaderOf(plan, source, chunk);
        using IPartRows rows = plan.Sequences is { } rules ? new SequenceRows(plan, rules) : new PictureRows(plan, reader, chunk.Items);
        var item = chunk.First;
        await foreach (var read in reader.ReadAsync(cancellation))
        {
            if (read.Rejection is not null)
            {
                await RejectAsync(new Rejection(read.Source.Path, read.Rejection.Value, read.Detail, read.Source.Sha256), null);
            }
            else
            {
                foreach (var (rejection, content) in rows.Add(item - chunk.First, read))
                {
                    await RejectAsync(rejection, content);
                }
            }

            item++;
            if ((item - chunk.First) % ReportEvery == 0)
            {
                progress?.Report(new IngestionProgress("decoding", item - chunk.First, chunk.Items));
            }
        }

        var (pixels, index, items) = rows.Count == 0 ? (null, null, null) : await WriteAsync(plan, number, rows, cancellation);
        await store.CreateManifestAsync(plan.PartKey(number), rows.Describe(new ImportPart(pixels, index, items, rows.Classes, rejections, clock.Elapsed.TotalSeconds)), cancellation);

        async Task RejectAsync(Rejection rejection, ReadOnlyMemory<byte>? content)
        {
            rejections.Add(rejection);
            if (rejection.Sha256 is not null)
            {
                await quarantine.AddAsync(plan.Dataset, rejection, source.NameOf(rejection.Path), content, cancellation);
            }
        }
    }

    private async Task<(ArtifactReference? Pixels, ArtifactReference? Index, ArtifactReference? Items)> WriteAsync(ImportPlan plan, int number, IPartRows rows, CancellationToken cancellation)
    {
        var pixels = await store.CreateAsync(
            plan.PartPixelsKey(number), (stream, token) => SafetensorsWriter.WriteAsync(stream, rows.Samples(), cancellation: token), cancellation);
        var index = await store.CreateAsync(
            plan.PartIndexKey(number), (stream, token) => SafetensorsWriter.WriteAsync(stream, rows.Index(), cancellation: token), cancellation);
        var items = await store.CreateAsync(plan.PartItemsKey(number), rows.Items.CopyToAsync, cancellation);
        return (pixels.Reference, index.Reference, items.Reference);
    }

    private IChunkReader ReaderOf(ImportPlan plan, ILakeFolder source, PlannedChunk chunk) => chunk switch
    {
        FilesChunk files => new FilesChunkReader(store, source, plan, files, options.Value),
        IdxChunk idx => new IdxChunkReader(store, plan, idx),
        _ => throw new UnreachableException($"No reader for {chunk.GetType()}."),
    };
}
