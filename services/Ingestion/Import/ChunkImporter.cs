using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Import;

/// <summary>Decodes the images of one chunk. What cannot be used goes to quarantine and stops nothing.</summary>
public sealed class ChunkImporter(IArtifactStore store, IOptions<IngestionOptions> options)
{
    /// <summary>The magic number and three dimensions before an IDX file's first image.</summary>
    private const int IdxHeader = 16;

    public async Task ImportAsync(ImportPlan plan, int chunk, CancellationToken cancellation)
    {
        if (await store.FindAsync(plan.PartKey(chunk), cancellation) is not null)
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        var items = await store.ReadManifestAsync<ChunkPlan>(plan.ChunkKey(chunk), cancellation);
        var collected = new Collected(new ImageDecoder(plan.Input, options.Value.MaxPixels));
        if (items.Idx is { } stretch)
        {
            await ImportAsync(plan, stretch, collected, cancellation);
        }

        foreach (var item in items.Files)
        {
            await ImportAsync(plan, item, collected, cancellation);
        }

        var count = collected.Origins.Count;
        ArtifactReference? file = null;
        if (count > 0)
        {
            var (channels, size) = (plan.Input.Channels, plan.Input.Size);
            SafetensorsTensor[] tensors =
            [
                SafetensorsTensor.Of<byte>("pixels", collected.Pixels.GetBuffer().AsSpan(0, (int)collected.Pixels.Length), count, channels, size, size),
                SafetensorsTensor.Of<byte>("digest", collected.Digests.GetBuffer().AsSpan(0, (int)collected.Digests.Length), count, SHA256.HashSizeInBytes),
            ];
            file = (await store.CreateAsync(plan.PixelsKey(chunk), (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, null, token), cancellation)).Reference;
        }

        await store.CreateManifestAsync(plan.PartKey(chunk), new ImportPart(file, collected.Origins, collected.Rejections, clock.Elapsed.TotalSeconds), cancellation);
    }

    private sealed record Collected(ImageDecoder Decoder)
    {
        public MemoryStream Pixels { get; } = new();

        public MemoryStream Digests { get; } = new();

        public List<SampleOrigin> Origins { get; } = [];

        public List<Rejection> Rejections { get; } = [];

        public void Add(DecodedImage image, string path, string? label, Split? split, long bytes, string digest)
        {
            Pixels.Write(image.Pixels);
            Digests.Write(SHA256.HashData(image.Pixels));
            Origins.Add(new SampleOrigin(path, label, split, image.Width, image.Height, image.Format, bytes, digest));
        }
    }

    private async Task ImportAsync(ImportPlan plan, FileItem item, Collected collected, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = Path.Combine(plan.Source, item.Path);
        byte[] bytes;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > options.Value.MaxFileBytes)
            {
                collected.Rejections.Add(new(item.Path, RejectionReason.TooLarge, $"It has {length} bytes; at most {options.Value.MaxFileBytes} are read."));
                return;
            }

            bytes = await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            collected.Rejections.Add(new(item.Path, RejectionReason.Unreadable, error.Message));
            return;
        }

        var digest = Digest.Of(bytes);
        try
        {
            collected.Add(collected.Decoder.Decode(bytes), item.Path, item.Label, item.Split, bytes.Length, digest);
        }
        catch (UnusableImageException unusable)
        {
            collected.Rejections.Add(new(item.Path, unusable.Reason, unusable.Message, digest));
            if (bytes.Length <= options.Value.MaxQuarantinedBytes)
            {
                await store.CreateAsync(plan.QuarantineKey(digest), async (stream, token) => await stream.WriteAsync(bytes, token), cancellation);
            }
        }
    }

    private async Task ImportAsync(ImportPlan plan, IdxStretch stretch, Collected collected, CancellationToken cancellation)
    {
        var size = stretch.Rows * stretch.Columns;
        await using var images = await store.OpenRangeAsync(
            plan.UnpackedKey(stretch.Images), IdxHeader + ((long)stretch.First * size), (long)stretch.Count * size, cancellation);
        var image = new byte[size];
        for (var i = 0; i < stretch.Count; i++)
        {
            await images.ReadExactlyAsync(image, cancellation);
            var path = $"{stretch.Images}#{stretch.First + i}";
            var digest = Digest.Of(image);
            try
            {
                collected.Add(
                    collected.Decoder.FromGrey(image, stretch.Columns, stretch.Rows, "idx"), path, stretch.Labels.Count == 0 ? null : stretch.Labels[i], stretch.Split, size, digest);
            }
            catch (UnusableImageException unusable)
            {
                collected.Rejections.Add(new(path, unusable.Reason, unusable.Message, digest));
            }
        }
    }
}
