using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Images.Jpeg;

/// <summary>Makes pixels of the means of a JPEG's channels, eight at a time.</summary>
internal static class MeansPixels
{
    private const int Eight = 8;
    private const float Half = 128;

    /// <summary>Room for so many means, with those that are made beside them.</summary>
    public static int Padded(int count) => (count + Eight - 1) / Eight * Eight;

    /// <param name="means">Shape [1 or 3, padded], half the range of a value below what they are: grey, or luma and colours, or red, green
    /// and blue.</param>
    /// <param name="pixels">Shape [1 or 3, N].</param>
    public static void Write(ReadOnlySpan<float> means, bool isRgb, int channels, Span<byte> pixels)
    {
        var count = pixels.Length / channels;
        var padded = Padded(count);
        for (var at = 0; at < count; at += Eight)
        {
            var first = Snapped(means, at);
            if (means.Length == padded)
            {
                for (var channel = 0; channel < channels; channel++)
                    Store(Bounded(first + Vector256.Create(Half)), pixels.Slice(channel * count, count), at);

                continue;
            }

            var (second, third) = (Snapped(means, padded + at), Snapped(means, (2 * padded) + at));
            var luma = first + Vector256.Create(Half);
            // ITU-T T.871, section 7.
            var red = Bounded(isRgb ? luma : luma + (third * 1.402f));
            var green = Bounded(isRgb ? second + Vector256.Create(Half) : luma - (second * 0.344136f) - (third * 0.714136f));
            var blue = Bounded(isRgb ? third + Vector256.Create(Half) : luma + (second * 1.772f));
            if (channels == 1)
            {
                // Rec. 601.
                Store((red * 0.299f) + (green * 0.587f) + (blue * 0.114f), pixels, at);
                continue;
            }

            Store(red, pixels[..count], at);
            Store(green, pixels.Slice(count, count), at);
            Store(blue, pixels.Slice(2 * count, count), at);
        }
    }

    /// <summary>To whole 256ths, so that what is alike stays alike however it was added up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Snapped(ReadOnlySpan<float> means, int at) =>
        Vector256.Floor((Vector256.Create(means.Slice(at, Eight)) * 256) + Vector256.Create(0.5f)) * (1 / 256f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Bounded(Vector256<float> values) =>
        Vector256.Max(Vector256.Min(values, Vector256.Create((float)byte.MaxValue)), Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> values, Span<byte> plane, int at)
    {
        var whole = Vector256.ConvertToInt32(values + Vector256.Create(0.5f));
        var shorts = Vector128.Narrow(whole.GetLower(), whole.GetUpper());
        var bytes = Vector128.Narrow(shorts.AsUInt16(), shorts.AsUInt16()).AsUInt64()[0];
        if (at + Eight <= plane.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(plane[at..], bytes);
            return;
        }

        MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in bytes))[..(plane.Length - at)].CopyTo(plane[at..]);
    }
}

/// <summary>What three channels mean: JFIF (ITU-T T.871) and Adobe's marker (ITU-T T.872, 6.5.3) say so; where there is neither, their
/// names do, as libjpeg guesses.</summary>
internal struct JpegColours
{
    private const byte Adobe = 0xEE;

    private bool _jfif;
    private int? _transform;

    public void Note(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker == Adobe)
        {
            if (segment.Length >= 12 && segment.StartsWith("Adobe"u8))
                _transform = segment[11];
        }
        else
        {
            _jfif |= segment.Length >= 14 && segment.StartsWith("JFIF\0"u8);
        }
    }

    public readonly bool AreRgb(ReadOnlySpan<JpegChannel> channels) =>
        !_jfif && (_transform is { } transform ? transform == 0 : channels is [{ Id: (byte)'R' }, { Id: (byte)'G' }, { Id: (byte)'B' }]);
}
