using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipeline.Images.Files;

namespace Pipeline.Images.Jpeg;

/// <summary>Reads the coefficients of blocks (ITU-T T.81, F.2.2), computing instead of branching: branch prediction fails here.</summary>
/// <param name="padded">The part's bytes, then zeros.</param>
/// <param name="length">Of the part.</param>
internal ref struct BlockReader(ReadOnlySpan<byte> padded, int length)
{
    /// <summary>A code and its value have at most 16 and 11.</summary>
    private const int BitsOfOne = 27;

    private readonly ReadOnlySpan<byte> _padded = padded;

    /// <summary>The next bits, the first of them uppermost.</summary>
    private ulong _bits;

    /// <summary>How many of them count.</summary>
    private int _count;

    /// <summary>The byte after them.</summary>
    private int _next;

    /// <summary>Where the coefficients belong that come in zigzag order (T.81, figure A.6).</summary>
    public static ReadOnlySpan<byte> Natural =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <summary>Rows that the coefficients up to each one reach.</summary>
    private static ReadOnlySpan<byte> Rows =>
    [
        1, 1, 2, 3, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8,
    ];

    /// <summary>Reads one block; each that is not zero goes to its place.</summary>
    /// <param name="predictor">Of the constant coefficient, the last block's; becomes this one's.</param>
    /// <param name="block">Shape [8, 8], zeros.</param>
    /// <returns>How many rows of the block may hold others than zeros.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Read(HuffmanTable constant, HuffmanTable others, scoped ref int predictor, scoped Span<int> block)
    {
        var (bits, count, next) = (_bits, _count, _next);
        var padded = _padded;
        block = block[..64];

        Refill(padded, ref bits, ref count, ref next);
        var entry = Next(constant.Entries, bits);
        if ((byte)(entry >> 8) != 0)
            throw NoCode();

        predictor += Value(entry, ref bits, ref count);
        block[0] = predictor;
        var entries = others.Entries;
        var (last, k) = (0, 1);
        while (k < 64)
        {
            if (count < BitsOfOne)
                Refill(padded, ref bits, ref count, ref next);

            entry = Next(entries, bits);
            var zeros = (byte)(entry >> 8);
            var value = Value(entry, ref bits, ref count);
            k += zeros;
            if (entry <= ushort.MaxValue)
            {
                // Sixteen zeros, or the end of the block, whatever ends it.
                k += zeros == 15 ? 1 : 64;
                continue;
            }

            if ((uint)k > 63)
                throw ImageHeader.Damaged("a block of more than 64 coefficients");

            block[Natural[k] & 63] = value;
            last = k++;
        }

        (_bits, _count, _next) = (bits, count, next);
        if ((byte)(entry >> 8) == HuffmanTable.NoZeros)
            throw NoCode();

        return _next - (_count >> 3) > length ? throw ImageHeader.CutShort("its data end before its last block") : Rows[last];
    }

    public readonly void CheckEnd()
    {
        if (_next - (_count >> 3) < length)
            throw ImageHeader.Damaged($"{length - _next + (_count >> 3)} bytes of data after its last block");
    }

    private static ImageRejectedException NoCode() => ImageHeader.Damaged("a code that stands for nothing");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Next(ReadOnlySpan<uint> entries, ulong bits)
    {
        // So many bits cannot reach beyond the table.
        var entry = Unsafe.Add(ref MemoryMarshal.GetReference(entries), (nint)(bits >> (64 - HuffmanTable.FirstBits)));
        return (byte)entry != 0
            ? entry
            : entries[(int)(entry >> 8) + (int)(bits << HuffmanTable.FirstBits >> (64 - HuffmanTable.OtherBits))];
    }

    /// <summary>Takes code and value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Value(uint entry, ref ulong bits, ref int count)
    {
        int taken = (byte)entry, ones = (int)(entry >> 16);
        var value = (int)(bits >> -taken) & ones;
        bits <<= taken;
        count -= taken;
        // T.81, F.2.2.1: values that begin with 0 are negative.
        return value - (ones & ~(((ones >> 1) - value) >> 31));
    }

    /// <summary>As many whole bytes as there is room for, in one go (F. Giesen, <i>Reading bits in far too many ways</i>, 2018).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Refill(ReadOnlySpan<byte> padded, ref ulong bits, ref int count, ref int next)
    {
        bits |= BinaryPrimitives.ReadUInt64BigEndian(padded[next..]) >> count;
        next += (63 - count) >> 3;
        count |= 56;
    }
}

/// <summary>The data of a scan, from one restart marker to the next, without the zeros that follow each byte of ones (ITU-T T.81,
/// B.1.1.5).</summary>
internal sealed class EntropyData : IDisposable
{
    /// <summary>Zeros after the data: more than a block that begins within them can read.</summary>
    private const int Padding = 512;

    private readonly PixelBuffer _buffer;

    /// <param name="most">Bytes of the longest part.</param>
    public EntropyData(int most) => _buffer = new PixelBuffer(most + (long)Padding);

    /// <summary>Of the part that was taken last.</summary>
    public int Length { get; private set; }

    /// <summary>What was taken last, and the padding.</summary>
    public ReadOnlySpan<byte> Padded => _buffer.Bytes[..(Length + Padding)];

    /// <param name="file">From the data on.</param>
    /// <returns>Where the marker begins that ends the part.</returns>
    public int Take(ReadOnlySpan<byte> file)
    {
        var bytes = _buffer.Bytes;
        var (at, length) = (0, 0);
        while (true)
        {
            var run = file[at..].IndexOf((byte)0xFF);
            if (run < 0 || at + run + 1 >= file.Length)
                throw ImageHeader.CutShort("its data have no end");

            file.Slice(at, run).CopyTo(bytes[length..]);
            (at, length) = (at + run, length + run);
            var fill = at + 1;
            while (fill < file.Length - 1 && file[fill] == 0xFF)
                fill++;

            if (file[fill] != 0)
            {
                Length = length;
                bytes.Slice(length, Padding).Clear();
                return fill - 1;
            }

            bytes[length++] = 0xFF;
            at = fill + 1;
        }
    }

    public void Dispose() => _buffer.Dispose();
}
