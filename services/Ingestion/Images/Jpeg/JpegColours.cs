namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>What three channels mean: JFIF (ITU-T T.871) and Adobe's marker (ITU-T T.872, 6.5.3) say so; where there is neither, their names do, as libjpeg guesses.</summary>
internal struct JpegColours
{
    private const byte Adobe = 0xEE;
    private const float Half = 128;

    private bool _jfif;
    private int? _transform;

    public void Note(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker == Adobe)
        {
            if (segment.Length >= 12 && segment.StartsWith("Adobe"u8))
            {
                _transform = segment[11];
            }
        }
        else
        {
            _jfif |= segment.Length >= 14 && segment.StartsWith("JFIF\0"u8);
        }
    }

    public readonly bool AreRgb(ReadOnlySpan<JpegChannel> channels) =>
        !_jfif && (_transform is { } transform ? transform == 0 : channels is [{ Id: (byte)'R' }, { Id: (byte)'G' }, { Id: (byte)'B' }]);

    /// <param name="means">Shape [channels, N], half the range of a value below what they are.</param>
    /// <param name="target">Shape [N, 1] of one channel, [N, 4] of three: red, green, blue and nothing, 0 to 255.</param>
    public static void Write(ReadOnlySpan<float> means, int count, bool isRgb, Span<float> target)
    {
        if (means.Length == count)
        {
            for (var i = 0; i < count; i++)
            {
                target[i] = Clamp(means[i] + Half);
            }

            return;
        }

        var first = means[..count];
        var second = means.Slice(count, count);
        var third = means.Slice(2 * count, count);
        for (var i = 0; i < count; i++)
        {
            var colour = target.Slice(4 * i, 4);
            var (luma, blue, red) = (first[i] + Half, second[i], third[i]);
            // T.871, section 7.
            colour[0] = Clamp(isRgb ? luma : luma + (1.402f * red));
            colour[1] = Clamp(isRgb ? blue + Half : luma - (0.344136f * blue) - (0.714136f * red));
            colour[2] = Clamp(isRgb ? red + Half : luma + (1.772f * blue));
        }
    }

    private static float Clamp(float value) => Math.Clamp(value, 0, byte.MaxValue);
}
