using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>The splits that a name speaks of.</summary>
[Flags]
internal enum SplitSet
{
    None = 0,
    Train = 1 << (int)Split.Train,
    Validation = 1 << (int)Split.Validation,
    Test = 1 << (int)Split.Test,
}

/// <summary>The words by which folders, files and columns call the splits, in any case.</summary>
public static class SplitNames
{
    /// <summary>For errors: the usual ones of them.</summary>
    public const string Valid = "train, validation, valid, val, test";

    private const int LongestWord = 10;

    /// <summary>Extensions of files that hold many samples, each also before <c>.gz</c>.</summary>
    private static readonly HashSet<string> Many = new(
        [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow", ".feather", ".fasta", ".fas", ".fa", ".fna", ".ffn", ".faa", ".fastq", ".fq", ".zip", ".tar", ".tgz"], StringComparer.OrdinalIgnoreCase);

    /// <param name="name">A whole name, of a folder or in a column.</param>
    public static Split? Find(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > LongestWord)
        {
            return null;
        }

        Span<char> word = stackalloc char[LongestWord];
        return word[..name.ToLowerInvariant(word)] switch
        {
            "train" or "training" => Split.Train,
            "val" or "valid" or "validation" or "dev" => Split.Validation,
            "test" or "testing" or "eval" or "evaluation" => Split.Test,
            _ => null,
        };
    }

    /// <summary>The split that a file's name says, where it holds many samples: <c>test-00000-of-00001.parquet</c>, <c>imdb_train.jsonl</c>.</summary>
    /// <param name="name">Of the file alone; a path has none.</param>
    public static Split? OfFile(string name) => HoldsMany(name) && !name.Contains('/', StringComparison.Ordinal) ? One(In(Stem(name), numbered: false, out _)) : null;

    /// <summary>Whether a file holds many samples, by its name.</summary>
    public static bool HoldsMany(string name) => Many.Contains(Path.GetExtension(Unpacked(name)));

    /// <summary>A file's name without its extension, and without <c>.gz</c>.</summary>
    public static string Stem(string name) => Path.GetFileNameWithoutExtension(Unpacked(name));

    /// <summary>The splits that the words of a name speak of. Words end at what is no letter or digit.</summary>
    /// <param name="numbered">Whether digits at the end of a word are no part of it: <c>train2017</c>.</param>
    /// <param name="first">The first of these words.</param>
    internal static SplitSet In(ReadOnlySpan<char> name, bool numbered, out ReadOnlySpan<char> first)
    {
        first = default;
        var found = SplitSet.None;
        for (var start = 0; start < name.Length;)
        {
            var end = start;
            while (end < name.Length && char.IsLetterOrDigit(name[end]))
            {
                end++;
            }

            var word = numbered ? name[start..end].TrimEnd("0123456789") : name[start..end];
            if (Find(word) is { } split)
            {
                first = found == SplitSet.None ? word : first;
                found |= SetOf(split);
            }

            start = end + 1;
        }

        return found;
    }

    /// <summary>The only split of a set; null where there is none, or more than one.</summary>
    internal static Split? One(SplitSet set) => set switch
    {
        SplitSet.Train => Split.Train,
        SplitSet.Validation => Split.Validation,
        SplitSet.Test => Split.Test,
        _ => null,
    };

    private static SplitSet SetOf(Split split) => (SplitSet)(1 << (int)split);

    private static string Unpacked(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
}
