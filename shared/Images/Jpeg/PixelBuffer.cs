using System.Buffers;
using System.Runtime.InteropServices;

namespace Pipeline.Images.Jpeg;

/// <summary>Room for what decoding one image takes: kept for the next image where it is small, given back to the system at once where it is
/// not.</summary>
internal sealed unsafe class PixelBuffer : IDisposable
{
    private const int LargestKept = 16 << 20;

    private readonly byte[]? _kept;
    private readonly GCHandle _pin;
    private readonly int _length;

    public PixelBuffer(long length)
    {
        _length = checked((int)length);
        if (_length > LargestKept)
        {
            Address = (nint)NativeMemory.Alloc((nuint)_length);
            return;
        }

        _kept = ArrayPool<byte>.Shared.Rent(_length);
        _pin = GCHandle.Alloc(_kept, GCHandleType.Pinned);
        Address = _pin.AddrOfPinnedObject();
    }

    public nint Address { get; }

    /// <summary>Not cleared.</summary>
    public Span<byte> Bytes => new((void*)Address, _length);

    public void Dispose()
    {
        if (_kept is null)
        {
            NativeMemory.Free((void*)Address);
        }
        else
        {
            _pin.Free();
            ArrayPool<byte>.Shared.Return(_kept);
        }
    }
}
