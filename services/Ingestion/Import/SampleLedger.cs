using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Import;

/// <summary>
/// Decides for every decoded image of an import whether it stays, under which label and in which split. Knows some dozens of bytes of each, never the pixels.
/// Images with the same pixels are one group: one stays, and so a group is never in two splits.
/// </summary>
public sealed class SampleLedger(SplitSpec split)
{
    private readonly Dictionary<UInt128, int> groups = [];
    private readonly List<Entry> entries = [];
    private readonly List<string> labels = [];
    private readonly Dictionary<string, int> labelNumbers = new(StringComparer.Ordinal);

    private const int None = -1;
    private const int Conflict = -2;

    private struct Entry
    {
        public int Label;
        public ulong Place;
        public sbyte Supplied;
        public bool IsKept;
    }

    public long Duplicates { get; private set; }

    /// <summary>Groups whose members bear different labels; they stay, without a label.</summary>
    public IReadOnlyList<int> Conflicts => [.. Enumerable.Range(0, entries.Count).Where(i => entries[i].IsKept && entries[i].Label == Conflict)];

    /// <summary>Takes note of the next image, in the order of the import.</summary>
    /// <param name="digest">SHA-256 of its pixels, 32 bytes.</param>
    /// <param name="supplied">The split that the source names; null where it names none.</param>
    public void Add(ReadOnlySpan<byte> digest, string? label, Split? supplied)
    {
        var number = entries.Count;
        var group = BinaryPrimitives.ReadUInt128LittleEndian(digest);
        entries.Add(new Entry
        {
            IsKept = true,
            Label = label is null ? None : Number(label),
            Place = BinaryPrimitives.ReadUInt64LittleEndian(digest[16..]),
            Supplied = supplied is { } named ? (sbyte)named : (sbyte)None,
        });
        if (!groups.TryGetValue(group, out var kept))
        {
            groups.Add(group, number);
            return;
        }

        // A copy in the test split beats one elsewhere, so that no test picture is ever trained on.
        Duplicates++;
        var (winner, loser) = Rank(entries[number]) > Rank(entries[kept]) ? (number, kept) : (kept, number);
        var (winning, losing) = (entries[winner], entries[loser]);
        winning.Label = Merge(winning.Label, losing.Label);
        losing.IsKept = false;
        (entries[winner], entries[loser]) = (winning, losing);
        groups[group] = winner;
    }

    /// <summary>Class names in ordinal order; call when all images are noted.</summary>
    public IReadOnlyList<string> Classes() =>
        [.. entries.Where(entry => entry is { IsKept: true, Label: >= 0 }).Select(entry => entry.Label).Distinct().Select(number => labels[number]).Order(StringComparer.Ordinal)];

    /// <returns>Null for a duplicate; else the label's name (null where there is none) and the split.</returns>
    public (string? Label, Split Split)? Decide(int number)
    {
        var entry = entries[number];
        return entry.IsKept ? (entry.Label >= 0 ? labels[entry.Label] : null, SplitOf(entry)) : null;
    }

    private bool TestSupplied => supplied[(int)Split.Test] ??= entries.Exists(entry => entry.Supplied == (sbyte)Split.Test);

    private bool ValidationSupplied => supplied[(int)Split.Validation] ??= entries.Exists(entry => entry.Supplied == (sbyte)Split.Validation);

    private readonly bool?[] supplied = new bool?[3];

    /// <summary>What the source names, except that what it calls training, or nothing, is cut further where it brings no validation or test split of its own.</summary>
    private Split SplitOf(Entry entry)
    {
        if (entry.Supplied > (sbyte)Split.Train)
        {
            return (Split)entry.Supplied;
        }

        var (validation, test) = (ValidationSupplied ? 0 : split.Validation, TestSupplied ? 0 : split.Test);
        var place = Uniform(entry.Place);
        return place < test ? Split.Test : place < test + validation ? Split.Validation : Split.Train;
    }

    /// <summary>In [0, 1), from the pixels' digest and the seed.</summary>
    private double Uniform(ulong place)
    {
        Span<byte> input = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(input, split.Seed);
        BinaryPrimitives.WriteUInt64LittleEndian(input[8..], place);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }

    private static int Rank(Entry entry) => entry.Supplied;

    private static int Merge(int first, int second) =>
        first == None ? second : second == None || first == second ? first : Conflict;

    private int Number(string label)
    {
        if (!labelNumbers.TryGetValue(label, out var number))
        {
            labelNumbers.Add(label, number = labels.Count);
            labels.Add(label);
        }

        return number;
    }
}
