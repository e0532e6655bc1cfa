namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>What three channels mean: JFIF (ITU-T T.871) and Adobe's marker (ITU-T T.872, 6.5.3) say so; where there is neither, their names do, as libjpeg guesses.</summary>
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
}
