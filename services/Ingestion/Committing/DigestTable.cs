using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// Different digests, numbered 0, 1, 2, … as they come. They lie in a temporary file; in memory are an index of 6 bytes each, and 32 bits of each to say which of them to look at.
/// </summary>
/// <param name="capacity">How many there may be.</param>
internal sealed class DigestTable(int capacity) : IDisposable
{
    private const int Free = -1;

    /// <summary>Digests that are kept until they are written together.</summary>
    private const int Latest = 1024;

    private readonly FileStream _file = TemporaryFile.Create();
    private readonly PixelDigest[] _latest = new PixelDigest[Latest];

    /// <summary>By number.</summary>
    private uint[] _tags = [];

    /// <summary>An open hash table of numbers, at most two thirds full, probed in line. Empty until something is looked for.</summary>
    private int[] _slots = [];

    public int Count { get; private set; }

    /// <returns>Its number, and whether it came just now.</returns>
    public (int Number, bool IsNew) Add(PixelDigest digest)
    {
        Index();
        var slot = SlotOf(digest);
        if (_slots[slot] is not Free and var known)
        {
            return (known, false);
        }

        var number = Count++;
        (_slots[slot], _tags[number]) = (number, Tag(digest));
        _latest[number % Latest] = digest;
        if (Count % Latest == 0)
        {
            RandomAccess.Write(_file.SafeFileHandle, MemoryMarshal.AsBytes(_latest.AsSpan()), (long)(Count - Latest) * SHA256.HashSizeInBytes);
        }

        return (number, true);
    }

    /// <exception cref="KeyNotFoundException">It is not among them.</exception>
    public int this[PixelDigest digest]
    {
        get
        {
            Index();
            return _slots[SlotOf(digest)] is not Free and var number ? number : throw new KeyNotFoundException("No sample has these pixels.");
        }
    }

    public PixelDigest this[int number]
    {
        get
        {
            if (number >= Count / Latest * Latest)
            {
                return _latest[number % Latest];
            }

            Span<PixelDigest> digest = stackalloc PixelDigest[1];
            RandomAccess.Read(_file.SafeFileHandle, MemoryMarshal.AsBytes(digest), (long)number * SHA256.HashSizeInBytes);
            return digest[0];
        }
    }

    /// <summary>Gives the index back for a while: it is made again when something is looked for.</summary>
    public void ReleaseIndex() => (_tags, _slots) = ([], []);

    public void Dispose() => _file.Dispose();

    private void Index()
    {
        if (_slots.Length > 0)
        {
            return;
        }

        _tags = new uint[capacity];
        _slots = new int[checked((int)((capacity * 3L / 2) + 1))];
        Array.Fill(_slots, Free);
        var digests = new PixelDigest[Latest];
        for (var first = 0; first < Count; first += Latest)
        {
            if (first + Latest <= Count)
            {
                RandomAccess.Read(_file.SafeFileHandle, MemoryMarshal.AsBytes(digests.AsSpan()), (long)first * SHA256.HashSizeInBytes);
            }
            else
            {
                _latest.CopyTo(digests);
            }

            for (var number = first; number < Math.Min(first + Latest, Count); number++)
            {
                var digest = digests[number - first];
                var slot = FirstSlotOf(digest);
                while (_slots[slot] != Free)
                {
                    slot = After(slot);
                }

                (_slots[slot], _tags[number]) = (number, Tag(digest));
            }
        }
    }

    // Its own slot, or the free one where it would lie.
    private int SlotOf(PixelDigest digest)
    {
        var tag = Tag(digest);
        var slot = FirstSlotOf(digest);
        while (_slots[slot] is not Free and var number && (_tags[number] != tag || this[number] != digest))
        {
            slot = After(slot);
        }

        return slot;
    }

    private int FirstSlotOf(PixelDigest digest) => (int)(digest.B % (ulong)_slots.Length);

    private int After(int slot) => slot + 1 == _slots.Length ? 0 : slot + 1;

    private static uint Tag(PixelDigest digest) => (uint)digest.A;
}
