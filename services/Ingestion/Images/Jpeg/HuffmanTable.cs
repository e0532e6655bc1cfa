using System.Runtime.InteropServices;
using Pipeline.Ingestion.Images.Files;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>
/// Codes of a table of JPEG (ITU-T T.81, annexes C and F) by the next bits. An entry says in its lowest byte how many bits the code takes together with the value
/// that follows it, in the next how many zeros come before that value, and in its upper half as many ones as the value has bits.
/// </summary>
internal sealed class HuffmanTable
{
    /// <summary>Bits that find a code that is no longer than they are. What they find of a longer one is where the entries by the other bits are, times 256.</summary>
    public const int FirstBits = 10;

    public const int OtherBits = LongestCode - FirstBits;

    private const int LongestCode = 16;

    private readonly byte[] _definition;
    private readonly uint[] _entries;

    /// <param name="definition">How many codes there are of each length from 1 to 16, then their symbols.</param>
    /// <param name="mostBits">Of a value: a code of more stands for nothing. Of 8 bits a pixel 11 for constants, 10 for all others.</param>
    /// <exception cref="ImageRejectedException">There are more codes than their lengths allow.</exception>
    public HuffmanTable(ReadOnlySpan<byte> definition, int mostBits)
    {
        _definition = definition.ToArray();
        var entries = new List<uint>(Enumerable.Repeat(Nothing, 1 << FirstBits));
        var (code, at) = (0, LongestCode);
        for (var length = 1; length <= LongestCode; length++, code <<= 1)
        {
            var count = definition[length - 1];
            if (code + count > 1 << length)
            {
                throw ImageHeader.Damaged("a Huffman table has too many codes");
            }

            for (var end = at + count; at < end; at++, code++)
            {
                Add(entries, code, length, Entry(definition[at], length, mostBits));
            }
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
        CollectionsMarshal.AsSpan(entries).Slice((int)(entries[first] >> 8) + ((code << left) & ((1 << OtherBits) - 1)), 1 << left).Fill(entry);
    }
}
