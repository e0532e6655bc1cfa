using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;

namespace Pipeline.Ingestion.Decoding;

/// <summary>Reads and decodes the images of a chunk's range of an unpacked IDX file, in order.</summary>
internal static class IdxChunkReader
{
    public static async IAsyncEnumerable<ReadItem> ReadAsync(
        IArtifactStore store, ImportPlan plan, IdxChunk chunk, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var decoder = plan.Decoding.ImageDecoder();
        var bytes = chunk.Height * chunk.Width;
        var labels = chunk.Labels is null ? null : new byte[chunk.Items];
        if (labels is not null)
        {
            await using var stream = await store.OpenRangeAsync(
                chunk.Labels!.Key, IdxHeader.BytesOf(dimensions: 1) + chunk.Start, chunk.Items, cancellation);
            await stream.ReadExactlyAsync(labels, cancellation);
        }

        await using var images = await store.OpenRangeAsync(
            chunk.Images.Key, IdxHeader.BytesOf(dimensions: 3) + ((long)chunk.Start * bytes), (long)chunk.Items * bytes, cancellation);
        await using var buffered = new BufferedStream(images, 1 << 16);
        for (var i = 0; i < chunk.Items; i++)
        {
            var content = new byte[bytes];
            await buffered.ReadExactlyAsync(content, cancellation);
            var item = new SourceItem($"{chunk.Archive}#{chunk.Start + i}", bytes, Convert.ToHexStringLower(SHA256.HashData(content)))
            {
                Label = labels is null ? null : plan.Classes[labels[i]],
                Split = chunk.Split,
            };
            yield return new ReadItem(item, content).Decoded(
                pixels => decoder.DecodeGrey(pixels, chunk.Height, chunk.Width), plan.Input);
        }
    }
}
