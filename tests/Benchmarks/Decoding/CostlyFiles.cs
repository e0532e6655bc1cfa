using Pipeline.Tests.Unit.Ingestion.Images.Hostile;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>Small files that are all that they claim: whole images of 49 million pixels of nothing.</summary>
internal static class CostlyFiles
{
    private const int Side = 7000;

    public static IReadOnlyDictionary<string, byte[]> All { get; } = new Dictionary<string, byte[]>
    {
        ["PNG of 7,000 squared, grey, 1 bit"] = Whole(1, 0, (Side + 7) / 8),
        ["PNG of 7,000 squared, grey"] = Whole(8, 0, Side),
        ["PNG of 7,000 squared, colour"] = Whole(8, 2, 3 * Side),
        ["PNG of 7,000 squared, colour, interlaced"] = Whole(8, 2, 3 * Side, interlacing: 1),
        ["PNG of 7,000 squared, colour and alpha of 16 bits"] = Whole(16, 6, 8 * Side),
    };

    private static byte[] Whole(byte bits, byte colour, int rowBytes, byte interlacing = 0) =>
    [
        .. Png.Signature, .. Png.Header(Side, Side, bits, colour, interlacing),
        // Interlaced, there is a filter byte for each row of each of seven pictures.
        .. Png.Chunk("IDAT", Png.Packed(new byte[(rowBytes + 1) * (Side + (interlacing * Side))])), .. Png.Chunk("IEND", []),
    ];
}
