using Pipeline.Ingestion.Images.Files;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>
/// Codes of a table of JPEG (ITU-T T.81, annexes C and F) by the next bits. An entry says in its lowest byte how many bits the code takes together with the value
/// that follows it, in the next how many zeros come before that value, and in its upper half as many ones as the value has bits.
/// </summary>
internal sealed class HuffmanTable
{
    public const int LookBits = 10;

    private const int LongestCode = 16;

    private readonly byte[] _definition;
    private readonly int _mostBits;
    private readonly uint[] _quick = new uint[1 << LookBits];

    /// <summary>By length: the first 16 bits that are beyond the codes of that length.</summary>
    private readonly int[] _beyond = new int[LongestCode + 1];

    /// <summary>By length: from a code to its symbol's place.</summary>
    private readonly int[] _offset = new int[LongestCode + 1];

    /// <param name="definition">How many codes there are of each length from 1 to 16, then their symbols.</param>
    /// <param name="mostBits">Of a value: a code of more stands for nothing. Of 8 bits a pixel 11 for constants, 10 for all others.</param>
    /// <exception cref="ImageRejectedException">There are more codes than their lengths allow.</exception>
    public HuffmanTable(ReadOnlySpan<byte> definition, int mostBits)
    {
        _mostBits = mostBits;
        _definition = definition.ToArray();
        var (code, at) = (0, LongestCode);
        for (var length = 1; length <= LongestCode; length++, code <<= 1)
        {
            if (code + definition[length - 1] > 1 << length)
            {
                throw ImageHeader.Damaged("a Huffman table has too many codes");
            }

            _offset[length] = at - code;
            for (var end = at + definition[length - 1]; at < end; at++, code++)
            {
                if (length <= LookBits && IsSound(definition[at]))
                {
                    _quick.AsSpan(code << (LookBits - length), 1 << (LookBits - length)).Fill(Entry(definition[at], length));
                }
            }

            _beyond[length] = code << (LongestCode - length);
        }
    }

    /// <summary>Shape [1024]; 0 where the code is longer, or there is none.</summary>
    public ReadOnlySpan<uint> Quick => _quick;

    public bool IsDefinedBy(ReadOnlySpan<byte> definition) => definition.SequenceEqual(_definition);

    /// <param name="bits">The next 16.</param>
    /// <exception cref="ImageRejectedException">No code begins so.</exception>
    public uint Long(int bits)
    {
        for (var length = 1; length <= LongestCode; length++)
        {
            if (bits < _beyond[length])
            {
                var symbol = _definition[_offset[length] + (bits >> (LongestCode - length))];
                return IsSound(symbol) ? Entry(symbol, length) : throw NoCode();
            }
        }

        throw NoCode();
    }

    private static ImageRejectedException NoCode() => ImageHeader.Damaged("a code that stands for nothing");

    private bool IsSound(byte symbol) => (symbol & 15) <= _mostBits;

    private static uint Entry(byte symbol, int length) => (((1u << (symbol & 15)) - 1) << 16) | ((uint)(symbol >> 4) << 8) | (uint)(length + (symbol & 15));
}
