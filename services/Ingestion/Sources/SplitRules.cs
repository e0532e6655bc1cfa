using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>What the splits of a folder are called: as the experiment says, or by the words of <see cref="SplitNames"/>.</summary>
public sealed class SplitRules
{
    private readonly List<(Split Split, SplitPattern Pattern)>? _given;

    public SplitRules(SplitNamesSpec? spec) => _given = spec is null ? null : [.. Of(Split.Train, spec.Train), .. Of(Split.Validation, spec.Validation), .. Of(Split.Test, spec.Test)];

    /// <summary>Whether the experiment says it: nothing else is a split then.</summary>
    public bool AreGiven => _given is not null;

    /// <param name="name">Of a folder at the top.</param>
    /// <param name="root">As of <see cref="FolderLabels.Root"/>.</param>
    public Split? OfFolder(string name, string root) => _given is null ? SplitNames.Find(name) : _given.Find(given => given.Pattern.IsFolder(name, root)) is (var split, not null) ? split : null;

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
            {
                continue;
            }

            found = found is null ? split : throw new PipelineException($"The experiment's splits put '{whole}' into two, {Name(found.Value)} and {Name(split)}; valid is one for each file.");
        }

        return found;
    }

    private static string Name(Split split) => split.ToString().ToLowerInvariant();

    private static IEnumerable<(Split Split, SplitPattern Pattern)> Of(Split split, IReadOnlyList<string>? names) => (names ?? []).Select(name => (split, new SplitPattern(name)));
}
