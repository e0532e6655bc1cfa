using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Images;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Reads its range of an unpacked IDX file.</summary>
public sealed class IdxChunkReader(IArtifactStore store, ImportPlan plan, IdxChunk chunk) : IChunkReader
{
    private readonly ImageDecoder _decoder = plan.Decoding.ImageDecoder();

    public async IAsyncEnumerable<ReadItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var bytes = chunk.Height * chunk.Width;
        var labels = await LabelsAsync(cancellation);
        await using var images = await store.OpenRangeAsync(
            chunk.Images.Key, IdxHeader.BytesOf(dimensions: 3) + ((long)chunk.Start * bytes), (long)chunk.Items * bytes, cancellation);
        await using var buffered = new BufferedStream(images, 1 << 16);
        for (var i = 0; i < chunk.Items; i++)
        {
            var content = new byte[bytes];
            await buffered.ReadExactlyAsync(content, cancellation);
            yield return new ReadItem(
                new SourceItem($"{chunk.Archive}#{chunk.Start + i}", bytes, Convert.ToHexStringLower(SHA256.HashData(content)))
                {
                    Label = labels is null ? null : plan.Classes[labels[i]],
                    Split = chunk.Split,
                },
                content);
        }
    }

    public DecodedImage Decode(ReadOnlySpan<byte> content) => _decoder.DecodeGrey(content, chunk.Height, chunk.Width);

    private async Task<byte[]?> LabelsAsync(CancellationToken cancellation)
    {
        if (chunk.Labels is null)
            return null;

        var labels = new byte[chunk.Items];
        await using var stream = await store.OpenRangeAsync(
            chunk.Labels.Key, IdxHeader.BytesOf(dimensions: 1) + chunk.Start, chunk.Items, cancellation);
        await stream.ReadExactlyAsync(labels, cancellation);
        return labels;
    }
}
