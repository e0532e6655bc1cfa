using System.Runtime.InteropServices;
using Pipeline.Contracts;

namespace Pipeline.Images;

/// <summary>libjpeg-turbo by its TurboJPEG 2 interface, where the machine has it. Safe for any number of threads.</summary>
internal sealed unsafe class TurboJpegLibrary
{
    private const int Rgba = 7;
    private const int StopOnWarning = 8192;

    private readonly delegate* unmanaged<nint> _initDecompress;
    private readonly delegate* unmanaged<nint, int> _destroy;
    private readonly delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> _decompressHeader;
    private readonly delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> _decompress;
    private readonly delegate* unmanaged<nint, byte*> _error;

    private TurboJpegLibrary(nint library)
    {
        _initDecompress = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "tjInitDecompress");
        _destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "tjDestroy");
        _decompressHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)NativeLibrary.GetExport(library, "tjDecompressHeader3");
        _decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)NativeLibrary.GetExport(library, "tjDecompress2");
        _error = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "tjGetErrorStr2");
    }

    public static string FileName { get; } = OperatingSystem.IsWindows() ? "turbojpeg.dll" : OperatingSystem.IsMacOS() ? "libturbojpeg.dylib" : "libturbojpeg.so.0";

    /// <summary>Beside the program or where the system looks; null where the machine lacks it.</summary>
    public static TurboJpegLibrary? Found { get; } = NativeLibrary.TryLoad(FileName, typeof(TurboJpegLibrary).Assembly, null, out var library) ? new TurboJpegLibrary(library) : null;

    /// <param name="eighths">1, 2, 4 or 8: the share of the size to decode to, rounded up.</param>
    /// <param name="target">Shape [H, W, 4]: red, green, blue, 255.</param>
    /// <exception cref="ImageRejectedException">It is damaged, even where a picture could be made of it.</exception>
    public void Decode(ReadOnlySpan<byte> jpeg, int width, int height, int eighths, Span<byte> target)
    {
        var (across, down) = (Scaled(width, eighths), Scaled(height, eighths));
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, across * down * 4);
        var handle = _initDecompress();
        if (handle == 0)
        {
            throw new InsufficientMemoryException("libjpeg-turbo could not start a decoder.");
        }

        try
        {
            fixed (byte* source = jpeg, made = target)
            {
                int says, saysDown, subsampling, colours;
                var length = new CULong((nuint)jpeg.Length);
                if (_decompressHeader(handle, source, length, &says, &saysDown, &subsampling, &colours) != 0)
                {
                    throw Damaged(handle);
                }

                if (says != width || saysDown != height)
                {
                    throw new ImageRejectedException(RejectionReason.Corrupt, $"its headers say {width}×{height} and {says}×{saysDown} pixels");
                }

                if (_decompress(handle, source, length, made, across, across * 4, down, Rgba, StopOnWarning) != 0)
                {
                    throw Damaged(handle);
                }
            }
        }
        finally
        {
            _ = _destroy(handle);
        }
    }

    public static int Scaled(int length, int eighths) => ((length * eighths) + 7) / 8;

    private ImageRejectedException Damaged(nint handle) => new(RejectionReason.Corrupt, Marshal.PtrToStringUTF8((nint)_error(handle)));
}
