using System.Buffers;
using Apache.Arrow.Memory;

namespace Pipeline.Ingestion.Containers;

/// <summary>Memory for record batches, up to a limit for each buffer, whatever the file asks for.</summary>
internal sealed class LimitedAllocator(long most) : MemoryAllocator
{
    /// <exception cref="BrokenContainerException">It is too much.</exception>
    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        if (length > most)
        {
            throw new BrokenContainerException(RejectionReason.UnpacksTooLarge, $"a record batch of {length} bytes; at most {most}");
        }

        bytesAllocated = length;
        return Default.Value.Allocate(length);
    }
}
