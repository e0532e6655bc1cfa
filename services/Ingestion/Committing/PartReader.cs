using System.Runtime.CompilerServices;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Committing;

/// <summary>Opens the parts of an import, one at a time.</summary>
internal sealed class PartReader(IArtifactStore store, ImportPlan plan)
{
    private readonly Dictionary<string, int> _classes = plan.Classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);

    /// <summary>What is known of a part's rows, without their pixels.</summary>
    public async Task<Part> OpenAsync(int chunk, CancellationToken cancellation)
    {
        var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
        var index = part.Index is null ? null : SafetensorsFile.Open(await store.MaterializeAsync(part.Index, cancellation));
        return new Part(chunk, plan.Chunks[chunk].First, part, index, [.. part.Classes.Select(name => _classes[name])]);
    }

    /// <summary>Where the rows of a part came from, in their order.</summary>
    public async IAsyncEnumerable<ImportedItem> ItemsAsync(Part part, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (part.Content.Items is null)
        {
            yield break;
        }

        await foreach (var item in JsonLines.ReadAsync<ImportedItem>(await store.OpenReadAsync(part.Content.Items.Key, cancellation), cancellation))
        {
            yield return item;
        }
    }

    /// <summary>Copies the pixels of rows one after another, each part's file opened once for rows that follow each other.</summary>
    /// <param name="pixels">Of all rows.</param>
    public async Task CopyPixelsAsync(IReadOnlyList<PartRow> rows, Memory<byte> pixels, CancellationToken cancellation)
    {
        for (var first = 0; first < rows.Count;)
        {
            var chunk = rows[first].Chunk;
            var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
            using var file = SafetensorsFile.Open(await store.MaterializeAsync(part.Pixels!, cancellation));
            for (; first < rows.Count && rows[first].Chunk == chunk; first++)
            {
                file.ReadRows<byte>("pixels", rows[first].Row, 1).CopyTo(pixels.Span[(first * plan.ImageBytes)..]);
            }
        }
    }
}

/// <summary>Where the pixels of a sample lie.</summary>
internal readonly record struct PartRow(int Chunk, int Row);
