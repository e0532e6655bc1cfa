using Pipeline.Images;
using Pipeline.Images.Files;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>What libjpeg-turbo does with a JPEG of 640×480 that is wanted at 64×64: its vector code decodes to half.</summary>
internal static class TurboJpegPeer
{
    private const int Size = 64;
    private const int Half = 4;

    private static readonly byte[] Picture = new byte[320 * 240 * 4];
    private static readonly float[] Square = new float[Size * Size * 4];

    public static bool IsThere => TurboJpegLibrary.Found is not null;

    public static void DecodeHalf(byte[] content)
    {
        var header = ImageHeader.Read(content);
        TurboJpegLibrary.Found!.Decode(content, header.Width, header.Height, Half, Picture);
    }

    public static void Decode(byte[] content)
    {
        DecodeHalf(content);
        AreaResampler.Resample(Picture, 320, 240, step: 4, Size, Square);
    }
}
