using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Statistics;

/// <summary>Random numbers that depend on what they are for and on nothing else: Philox 4×32-10 (Salmon et al. 2011, "Parallel random
/// numbers: as easy as 1, 2, 3"), keyed by a seed and a purpose, counted from (a, b), such as epoch and sample. There is no state that a
/// restart could lose.</summary>
public struct CounterRandom
{
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _counter2;
    private readonly uint _counter3;
    private ulong _block;
    private (uint A, uint B, uint C, uint D) _values;
    private int _used;

    /// <param name="purpose">Such as <c>order</c> or <c>augmentation</c>: streams of different purposes are independent.</param>
    public CounterRandom(ulong seed, string purpose, long a = 0, long b = 0)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var name = Encoding.UTF8.GetBytes(purpose);
        Span<byte> input = stackalloc byte[16 + name.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
        BinaryPrimitives.WriteInt64LittleEndian(input[8..], a);
        name.CopyTo(input[16..]);
        SHA256.HashData(input, hash);
        _key0 = BinaryPrimitives.ReadUInt32LittleEndian(hash);
        _key1 = BinaryPrimitives.ReadUInt32LittleEndian(hash[4..]);
        _counter2 = (uint)b;
        _counter3 = (uint)(b >> 32);
        _used = 4;
    }

    private CounterRandom(in CounterRandom stream, long b)
    {
        _key0 = stream._key0;
        _key1 = stream._key1;
        _counter2 = (uint)b;
        _counter3 = (uint)(b >> 32);
        _used = 4;
    }

    /// <summary>The stream with the same seed, purpose and a, for another b. Much cheaper than a new one.</summary>
    public readonly CounterRandom At(long b) => new(this, b);

    public uint NextUInt32()
    {
        if (_used == 4)
        {
            _values = Philox((uint)_block, (uint)(_block >> 32), _counter2, _counter3, _key0, _key1);
            _block++;
            _used = 0;
        }

        return _used++ switch { 0 => _values.A, 1 => _values.B, 2 => _values.C, _ => _values.D };
    }

    public ulong NextUInt64() => ((ulong)NextUInt32() << 32) | NextUInt32();

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double NextDouble(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Uniform in 0 … <paramref name="max"/> − 1, without bias (Lemire 2019, arXiv:1805.10941).</summary>
    public int NextInt(int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        var product = (ulong)NextUInt32() * (uint)max;
        if ((uint)product < (uint)max)
        {
            var threshold = (uint)(-max) % (uint)max;
            while ((uint)product < threshold)
                product = (ulong)NextUInt32() * (uint)max;
        }

        return (int)(product >> 32);
    }

    /// <summary>Standard normal (Box and Muller 1958).</summary>
    public double NextGaussian()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>A random order of 0 … <paramref name="count"/> − 1 (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = NextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    /// <summary>Ten rounds over one 128-bit counter with a 64-bit key.</summary>
    internal static (uint A, uint B, uint C, uint D) Philox(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53UL * c0;
            var p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0, c1, c2, c3);
    }
}
