using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Gathers the samples of one chunk. What cannot be used goes to quarantine and never stops the rest.</summary>
/// <param name="nameOf">How quarantine calls a file, by its path: <see cref="Lake.Places.ILakeFolder.NameOf"/>.</param>
internal sealed class PartMaker(
    IArtifactStore store, Quarantine quarantine, string dataset, Func<string, string> nameOf, PartRows rows) : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Rejection> _rejections = [];

    /// <param name="number">In the chunk.</param>
    public async Task AddAsync(int number, ReadItem item, CancellationToken cancellation)
    {
        var source = item.Source;
        if (item.Rejection is { } reason)
            await RejectAsync(new Rejection(source.Path, reason, item.Detail, source.Sha256, source.Lost), item.Content);
        else
            await rows.AddAsync(number, item, RejectAsync);

        async Task RejectAsync(Rejection rejection, ReadOnlyMemory<byte>? content)
        {
            _rejections.Add(rejection);
            if (rejection.Sha256 is not null)
                await quarantine.AddAsync(dataset, rejection, nameOf(rejection.Path), content, cancellation);
        }
    }

    /// <summary>Writes the part, its manifest last.</summary>
    /// <param name="part">Its name.</param>
    /// <returns>Seconds since the part was begun.</returns>
    public async Task<double> FinishAsync(string part, CancellationToken cancellation)
    {
        ArtifactReference? pixels = null, index = null, items = null;
        if (rows.Count > 0)
        {
            pixels = await WriteAsync("pixels.safetensors", rows.Samples);
            index = await WriteAsync("index.safetensors", rows.Index);
            items = await CreateAsync("jsonl", rows.Items.CopyToAsync);
        }

        var seconds = _clock.Elapsed.TotalSeconds;
        await store.CreateManifestAsync(
            ImportPlan.PartKeyOf(dataset, part),
            rows.Describe(new ImportPart(pixels, index, items, rows.Classes, _rejections, seconds)),
            cancellation);
        return seconds;

        Task<ArtifactReference> WriteAsync(string extension, Func<IReadOnlyList<SafetensorsTensor>> tensors) =>
            CreateAsync(extension, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors(), cancellation: token));

        async Task<ArtifactReference> CreateAsync(string extension, Func<Stream, CancellationToken, Task> write) =>
            (await store.CreateAsync($"{ImportPlan.PartsOf(dataset)}/{part}.{extension}", write, cancellation)).Reference;
    }

    public void Dispose() => rows.Dispose();
}
