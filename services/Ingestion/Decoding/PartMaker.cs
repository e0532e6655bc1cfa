using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Gathers what one chunk comes to. What cannot be used goes to quarantine and never stops the rest.</summary>
/// <param name="nameOf">How quarantine calls a file, by its path: <see cref="Lake.Places.ILakeFolder.NameOf"/>.</param>
internal sealed class PartMaker(
    IArtifactStore store, Quarantine quarantine, string dataset, Func<string, string> nameOf, PartRows rows) : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Rejection> _rejections = [];

    /// <param name="number">In the chunk.</param>
    public async Task AddAsync(int number, ReadItem item, CancellationToken cancellation)
    {
        if (item.Rejection is { } reason)
        {
            await RejectAsync(
                new Rejection(item.Source.Path, reason, item.Detail, item.Source.Sha256, item.Source.Lost), item.Content, cancellation);
            return;
        }

        foreach (var (rejection, content) in rows.Add(number, item))
            await RejectAsync(rejection, content, cancellation);
    }

    /// <summary>Writes the part, its manifest last.</summary>
    /// <param name="part">Its name.</param>
    /// <returns>Seconds that it took since its first item was asked for.</returns>
    public async Task<double> FinishAsync(string part, CancellationToken cancellation)
    {
        ArtifactReference? pixels = null, index = null, items = null;
        if (rows.Count > 0)
        {
            pixels = await WriteAsync(
                ImportPlan.PartPixelsKeyOf(dataset, part),
                (stream, token) => SafetensorsWriter.WriteAsync(stream, rows.Samples(), cancellation: token),
                cancellation);
            index = await WriteAsync(
                ImportPlan.PartIndexKeyOf(dataset, part),
                (stream, token) => SafetensorsWriter.WriteAsync(stream, rows.Index(), cancellation: token),
                cancellation);
            items = await WriteAsync(ImportPlan.PartItemsKeyOf(dataset, part), rows.Items.CopyToAsync, cancellation);
        }

        var seconds = _clock.Elapsed.TotalSeconds;
        await store.CreateManifestAsync(
            ImportPlan.PartKeyOf(dataset, part),
            rows.Describe(new ImportPart(pixels, index, items, rows.Classes, _rejections, seconds)),
            cancellation);
        return seconds;
    }

    public void Dispose() => rows.Dispose();

    private async Task<ArtifactReference> WriteAsync(
        string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation) =>
        (await store.CreateAsync(key, write, cancellation)).Reference;

    private async Task RejectAsync(Rejection rejection, ReadOnlyMemory<byte>? content, CancellationToken cancellation)
    {
        _rejections.Add(rejection);
        if (rejection.Sha256 is not null)
            await quarantine.AddAsync(dataset, rejection, nameOf(rejection.Path), content, cancellation);
    }
}
