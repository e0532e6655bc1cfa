using Pipeline.Ingestion.Images.Files;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>The standard's tables, and those that a file defines in their place. Files of one maker have the same, which need not be made again.</summary>
/// <param name="before">Those of another file.</param>
internal sealed class HuffmanTables(IReadOnlyList<HuffmanTable?> before)
{
    /// <summary>Of a constant's value, where pixels have 8.</summary>
    public const int MostConstantBits = 11;

    /// <summary>Of any other value.</summary>
    public const int MostOtherBits = 10;

    private const int Most = 4;
    private const int Counts = 16;
    private const byte MostBits = 15;

    private readonly HuffmanTable?[] _tables = [StandardTables.LumaConstant, StandardTables.ColourConstant, null, null, StandardTables.LumaOthers, StandardTables.ColourOthers, null, null];

    public IReadOnlyList<HuffmanTable?> All => _tables;

    /// <summary>Of constant coefficients; null where the file has not defined it.</summary>
    public HuffmanTable? Constant(int number) => number < Most ? _tables[number] : null;

    /// <summary>Of all others.</summary>
    public HuffmanTable? Others(int number) => number < Most ? _tables[Most + number] : null;

    /// <param name="segment">ITU-T T.81, B.2.4.2.</param>
    public void Define(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            var (kind, number, symbols) = (segment[0] >> 4, segment[0] & 15, 0);
            if (segment.Length <= Counts || kind > 1 || number >= Most)
            {
                throw ImageHeader.Damaged("a Huffman table that there cannot be");
            }

            foreach (var count in segment.Slice(1, Counts))
            {
                symbols += count;
            }

            if (symbols > 256 || segment.Length < 1 + Counts + symbols)
            {
                throw ImageHeader.Damaged($"a Huffman table of {symbols} codes in {segment.Length} bytes");
            }

            var definition = segment.Slice(1, Counts + symbols);
            if (kind == 0 && definition[Counts..].ContainsAnyExceptInRange((byte)0, MostBits))
            {
                throw ImageHeader.Damaged("a Huffman table of constants with more than their size");
            }

            var at = (kind * Most) + number;
            _tables[at] = before.ElementAtOrDefault(at) is { } same && same.IsDefinedBy(definition) ? same : new HuffmanTable(definition, kind == 0 ? MostConstantBits : MostOtherBits);
            segment = segment[(1 + Counts + symbols)..];
        }
    }
}
