using System.Runtime.InteropServices;
using Pipeline.Images.Files;

namespace Pipeline.Images.Jpeg;

/// <summary>Codes of a table of JPEG (ITU-T T.81, annexes C and F) by the next bits. An entry says in its lowest byte how many bits the
/// code takes together with the value that follows it, in the next how many zeros come before that value, and in its upper half as many
/// ones as the value has bits.</summary>
internal sealed class HuffmanTable
{
    /// <summary>Bits that find a code no longer than they are; of a longer one, where to look up its other bits, times 256.</summary>
    public const int FirstBits = 10;

    public const int OtherBits = LongestCode - FirstBits;

    private const int LongestCode = 16;

    private readonly byte[] _definition;
    private readonly uint[] _entries;

    /// <param name="definition">How many codes there are of each length from 1 to 16, then their symbols.</param>
    /// <param name="mostBits">Of a value: a code of more stands for nothing. Of 8 bits a pixel 11 for constants, 10 for all others.</param>
    public HuffmanTable(ReadOnlySpan<byte> definition, int mostBits)
    {
        _definition = definition.ToArray();
        var entries = new List<uint>(Enumerable.Repeat(Nothing, 1 << FirstBits));
        var (code, at) = (0, LongestCode);
        for (var length = 1; length <= LongestCode; length++, code <<= 1)
        {
            var count = definition[length - 1];
            if (code + count > 1 << length)
                throw ImageHeader.Damaged("a Huffman table has too many codes");

            for (var end = at + count; at < end; at++, code++)
                Add(entries, code, length, Entry(definition[at], length, mostBits));
        }

        _entries = [.. entries];
    }

    /// <summary>What a code that is in no table says of the zeros.</summary>
    public static byte NoZeros => 0x80;

    private static uint Nothing => (uint)(NoZeros << 8) | 1;

    public ReadOnlySpan<uint> Entries => _entries;

    public bool IsDefinedBy(ReadOnlySpan<byte> definition) => definition.SequenceEqual(_definition);

    private static uint Entry(byte symbol, int length, int mostBits)
    {
        int zeros = symbol >> 4, size = symbol & 15;
        return size > mostBits ? Nothing : (((1u << size) - 1) << 16) | ((uint)zeros << 8) | (uint)(length + size);
    }

    private static void Add(List<uint> entries, int code, int length, uint entry)
    {
        if (length <= FirstBits)
        {
            CollectionsMarshal.AsSpan(entries).Slice(code << (FirstBits - length), 1 << (FirstBits - length)).Fill(entry);
            return;
        }

        var first = code >> (length - FirstBits);
        if (entries[first] == Nothing)
        {
            entries[first] = (uint)entries.Count << 8;
            entries.AddRange(Enumerable.Repeat(Nothing, 1 << OtherBits));
        }

        var left = LongestCode - length;
        var start = (int)(entries[first] >> 8) + ((code << left) & ((1 << OtherBits) - 1));
        CollectionsMarshal.AsSpan(entries).Slice(start, 1 << left).Fill(entry);
    }
}

/// <summary>The standard's tables, and those that a file defines in their place. Files of one maker have the same, which need not be made
/// again.</summary>
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

    private readonly HuffmanTable?[] _tables =
    [
        StandardTables.LumaConstant, StandardTables.ColourConstant, null, null,
        StandardTables.LumaOthers, StandardTables.ColourOthers, null, null,
    ];

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
                throw ImageHeader.Damaged("a Huffman table that there cannot be");

            foreach (var count in segment.Slice(1, Counts))
                symbols += count;

            if (symbols > 256 || segment.Length < 1 + Counts + symbols)
                throw ImageHeader.Damaged($"a Huffman table of {symbols} codes in {segment.Length} bytes");

            var definition = segment.Slice(1, Counts + symbols);
            if (kind == 0 && definition[Counts..].ContainsAnyExceptInRange((byte)0, MostBits))
                throw ImageHeader.Damaged("a Huffman table of constants with more than their size");

            var at = (kind * Most) + number;
            _tables[at] = before.ElementAtOrDefault(at) is { } same && same.IsDefinedBy(definition)
                ? same
                : new HuffmanTable(definition, kind == 0 ? MostConstantBits : MostOtherBits);
            segment = segment[(1 + Counts + symbols)..];
        }
    }
}
