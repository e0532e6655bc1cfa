using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;

namespace Pipeline.Ingestion.Grouping;

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
    private uint[] _tags = new uint[capacity];

    /// <summary>An open hash table of numbers, at most two thirds full, probed in line.</summary>
    private int[] _slots = Slots(checked((int)((capacity * 3L / 2) + 1)));

    public int Count { get; private set; }

    /// <returns>Its number, and whether it came just now.</returns>
    public (int Number, bool IsNew) Add(PixelDigest digest)
    {
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

    /// <summary>Gives the index back; nothing can be added after that.</summary>
    public void ReleaseIndex() => (_tags, _slots) = ([], []);

    public void Dispose() => _file.Dispose();

    private static int[] Slots(int count)
    {
        var slots = new int[count];
        Array.Fill(slots, Free);
        return slots;
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
