using System.Buffers;
using Azure;

namespace Pipeline.Artifacts.Blob;

/// <summary>A part of a blob in borrowed memory.</summary>
/// <param name="total">The length of the whole blob.</param>
/// <param name="etag">The state of the blob that it is a part of.</param>
internal sealed class BlobRange(IMemoryOwner<byte> memory, int bytes, long total, ETag etag) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => memory.Memory[..bytes];

    public long Total => total;

    public ETag ETag => etag;

    public void Dispose() => memory.Dispose();
}
