using System.Buffers;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace Pipeline.Images;

/// <summary>Room for what decoding one image takes: kept for the next image where it is small, given back to the system at once where it is not.</summary>
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

/// <summary>Where the stored top left corner belongs (EXIF tag 0x0112).</summary>
public static class Orientation
{
    /// <summary>Whether width and height change places.</summary>
    public static bool Transposes(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    /// <summary>The stored place (column, row) of what is shown at (x, y) of a square of that size.</summary>
    public static (int X, int Y) Stored(SKEncodedOrigin origin, int x, int y, int size)
    {
        var (right, bottom) = (size - 1 - x, size - 1 - y);
        return origin switch
        {
            SKEncodedOrigin.TopRight => (right, y),
            SKEncodedOrigin.BottomRight => (right, bottom),
            SKEncodedOrigin.BottomLeft => (x, bottom),
            SKEncodedOrigin.LeftTop => (y, x),
            SKEncodedOrigin.RightTop => (y, right),
            SKEncodedOrigin.RightBottom => (bottom, right),
            SKEncodedOrigin.LeftBottom => (bottom, x),
            _ => (x, y),
        };
    }

    /// <param name="stored">Shape [N, S, S].</param>
    /// <returns>What is shown; the same array where that is what is stored.</returns>
    public static byte[] Shown(byte[] stored, int size, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
        {
            return stored;
        }

        var shown = new byte[stored.Length];
        for (var at = 0; at < shown.Length; at++)
        {
            var (plane, place) = (at / (size * size), at % (size * size));
            var (x, y) = Stored(origin, place % size, place / size, size);
            shown[at] = stored[(plane * size * size) + (y * size) + x];
        }

        return shown;
    }
}
