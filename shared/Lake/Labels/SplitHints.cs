using Pipeline.Lake.Findings;

namespace Pipeline.Lake.Labels;

/// <summary>Notices names that speak of splits where no rule makes splits of them, so that no official test set is trained on silently:
/// class folders, folders in these, files of one sample each, and files of many samples without any for training beside them.</summary>
internal sealed class SplitHints(LayoutRules rules)
{
    /// <summary>The first path for each split, as a pattern that would make it one.</summary>
    private readonly SortedDictionary<Split, string> _patterns = [];

    private SplitSet _seen;
    private bool _isSure;
    private long _files;
    private string _first = "";

    /// <param name="path">Of a file without a split, below the folder that wraps everything.</param>
    public void See(string path)
    {
        var found = SplitSet.None;
        for (int start = 0, depth = 0; start < path.Length; depth++)
        {
            var end = path.IndexOf('/', start);
            var isFile = end < 0;
            end = isFile ? path.Length : end;
            var name = isFile ? SplitNames.Stem(path[start..]) : path[start..end];
            var here = SplitNames.In(name, numbered: true, out var word);
            if (here != SplitSet.None && (isFile || !rules.Keeps(name)))
            {
                found |= here;
                _isSure |= isFile
                    ? here != SplitSet.Train && SplitNames.HoldsMany(path[start..])
                    : SplitNames.Find(name) is { } split && (depth == 0 || split != Split.Train);
                var above = string.Concat(Enumerable.Repeat("*/", depth));
                if (SplitNames.One(here) is { } only)
                    _patterns.TryAdd(only, isFile ? $"**/*{word}*" : depth == 0 ? name : $"{above}{name}/*");
            }

            start = end + 1;
        }

        if (found == SplitSet.None)
            return;

        _seen |= found;
        _first = _files == 0 ? path : _first;
        _files++;
    }

    /// <summary>None if the names speak of one split only: that may be a word like others.</summary>
    public IEnumerable<Finding> Findings() => _isSure || (_seen != SplitSet.None && SplitNames.One(_seen) is null)
        ? [new Finding(
            WarningCode.SplitsNotUsed,
            _files,
            "",
            $"'{_first}'. If these are splits, say so in the experiment, such as 'splits: {{ "
                + $"{string.Join(", ", _patterns.Select(found => $"{SplitNames.NameOf(found.Key)}: \"{found.Value}\""))} }}'; "
                + $"'splits: {{}}' says that nothing is")]
        : [];
}
