using System.Numerics;
using System.Text.RegularExpressions;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Labels;

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
    public const string Valid = "train, validation, valid, val or test";

    private const int LongestWord = 10;

    /// <summary>Extensions of files that hold many samples, each also before <c>.gz</c>.</summary>
    private static readonly HashSet<string> Many = new(
        [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow", ".feather", ".fasta", ".fas", ".fa", ".fna", ".ffn", ".faa",
            ".fastq", ".fq", ".zip", ".tar", ".tgz"],
        StringComparer.OrdinalIgnoreCase);

    /// <param name="name">A whole name, of a folder or in a column.</param>
    public static Split? Find(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > LongestWord)
            return null;

        Span<char> word = stackalloc char[LongestWord];
        return word[..name.ToLowerInvariant(word)] switch
        {
            "train" or "training" => Split.Train,
            "val" or "valid" or "validation" or "dev" => Split.Validation,
            "test" or "testing" or "eval" or "evaluation" => Split.Test,
            _ => null,
        };
    }

    public static string NameOf(Split split) => split.ToString().ToLowerInvariant();

    /// <summary>The split in the name of a file that holds many samples, such as <c>imdb_train.jsonl</c>; a path has none.</summary>
    public static Split? OfFile(string name) => HoldsMany(name) && !name.Contains('/') ? One(In(Stem(name), numbered: false, out _)) : null;

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
                end++;

            var word = numbered ? name[start..end].TrimEnd("0123456789") : name[start..end];
            if (Find(word) is { } split)
            {
                first = found == SplitSet.None ? word : first;
                found |= (SplitSet)(1 << (int)split);
            }

            start = end + 1;
        }

        return found;
    }

    /// <summary>The only split of a set; null if there is none, or more than one.</summary>
    internal static Split? One(SplitSet set) => BitOperations.IsPow2((int)set) ? (Split)BitOperations.Log2((uint)set) : null;

    private static string Unpacked(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
}

/// <summary>What an experiment calls a split. A name fits a folder at the top, or a file's whole name without extension. A pattern, which
/// has a slash or a star, fits the path of a file, or of a folder with everything in it; <c>*</c> stands for anything but a slash,
/// <c>**</c> for anything. Case does not matter, nor Unicode's form.</summary>
internal sealed class SplitPattern
{
    private readonly string _text;
    private readonly Regex? _path;

    public SplitPattern(string text)
    {
        var trimmed = text.Trim();
        _text = CanonicalComposition.Of((trimmed.StartsWith("./", StringComparison.Ordinal) ? trimmed[2..] : trimmed).Trim('/'));
        _path = _text.AsSpan().IndexOfAny('/', '*') < 0 ? null : Compile(_text, "(/.*)?");
    }

    /// <summary>Whether a top folder is there for the split: its name is the pattern's, or the pattern's part before stars.</summary>
    /// <param name="root">As <see cref="FolderLabels.Root"/>.</param>
    public bool IsFolder(string folder, string root)
    {
        var above = CanonicalComposition.Of(root);
        var below = _text.StartsWith(above, StringComparison.OrdinalIgnoreCase) ? _text[above.Length..] : _text;
        var segments = below.Split('/');
        var head = segments[0];
        return head.Trim('*').Length > 0
            && segments.Skip(1).All(segment => segment.Contains('*'))
            && (head.Contains('*') ? Compile(head, "").IsMatch(CanonicalComposition.Of(folder)) : Equal(head, folder));
    }

    /// <param name="path">Of a file.</param>
    public bool Fits(string path)
    {
        if (_path is not null)
            return _path.IsMatch(CanonicalComposition.Of(path));

        var slash = path.IndexOf('/');
        return Equal(_text, SplitNames.Stem(path[(path.LastIndexOf('/') + 1)..])) || (slash > 0 && Equal(_text, path[..slash]));
    }

    private static bool Equal(string text, string name) => text.Equals(CanonicalComposition.Of(name), StringComparison.OrdinalIgnoreCase);

    // Without backtracking, so that no pattern makes a run stand still.
    private static Regex Compile(string pattern, string end) => new(
        "^" + Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*\*", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal) + end + "$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline
            | RegexOptions.ExplicitCapture);
}

/// <summary>What the splits of a folder are called: as the experiment says, or by the words of <see cref="SplitNames"/>.</summary>
public sealed class SplitRules(SplitNamesSpec? spec)
{
    private readonly List<(Split Split, SplitPattern Pattern)>? _given = spec is null
        ? null
        : [.. Of(Split.Train, spec.Train), .. Of(Split.Validation, spec.Validation), .. Of(Split.Test, spec.Test)];

    /// <summary>Whether the experiment says it: nothing else is a split then.</summary>
    public bool AreGiven => _given is not null;

    /// <param name="name">Of a top folder.</param>
    public Split? OfFolder(string name, string root) =>
        _given is null ? SplitNames.Find(name)
        : _given.Find(given => given.Pattern.IsFolder(name, root)) is (var split, not null) ? split
        : null;

    /// <summary>The split that the experiment puts a file into.</summary>
    /// <param name="below">The path below the folder that wraps everything.</param>
    /// <param name="whole">The path of which that is the end.</param>
    /// <exception cref="PipelineException">There are two.</exception>
    public Split? Given(string below, string whole)
    {
        Split? found = null;
        foreach (var (split, pattern) in _given ?? [])
        {
            if (found == split || !(pattern.Fits(below) || (whole.Length > below.Length && pattern.Fits(whole))))
                continue;

            found = found is not { } other
                ? split
                : throw new PipelineException(
                    $"The experiment's splits put '{whole}' into two, {SplitNames.NameOf(other)} and {SplitNames.NameOf(split)}; each file "
                        + "must be in one.");
        }

        return found;
    }

    private static IEnumerable<(Split Split, SplitPattern Pattern)> Of(Split split, IReadOnlyList<string>? names) =>
        (names ?? []).Select(name => (split, new SplitPattern(name)));
}

/// <summary>The split that a record says it lies in.</summary>
public static class RecordSplit
{
    private const int MostShown = 40;

    /// <param name="where">The record, for errors.</param>
    /// <returns>Null for a blank name.</returns>
    /// <exception cref="SequenceRejectedException">There is no such split.</exception>
    public static Split? Of(string name, string where)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;

        var shown = LakeNames.Shown(name.Length <= MostShown ? name : name[..MostShown] + "…");
        return SplitNames.Find(name.Trim()) ?? throw new SequenceRejectedException(
            RejectionReason.MalformedRecord, $"{where} names the split '{shown}'; it must be {SplitNames.Valid}, or nothing");
    }
}
