using System.Text.RegularExpressions;
using Pipeline.Ingestion.Sequences.Unicode;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// What an experiment calls a split. A name fits a folder at the top, or a file's whole name without extension. A pattern, which has a slash or a star, fits the path of a file, or of a folder
/// with everything in it; <c>*</c> stands for anything but a slash, <c>**</c> for anything. Case does not matter, nor Unicode's form.
/// </summary>
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

    /// <summary>Whether a folder at the top is there for the split: its name is the pattern's, or what stands in the pattern before stars alone.</summary>
    /// <param name="root">The path of the folder that wraps everything, in which it lies: empty, or with a slash at its end.</param>
    public bool IsFolder(string folder, string root)
    {
        var segments = Below(root).Split('/');
        var head = segments[0];
        return head.Trim('*').Length > 0
            && segments.Skip(1).All(segment => segment.Contains('*', StringComparison.Ordinal))
            && (head.Contains('*', StringComparison.Ordinal) ? Compile(head, "").IsMatch(CanonicalComposition.Of(folder)) : Equal(head, folder));
    }

    /// <param name="path">Of a file.</param>
    public bool Fits(string path)
    {
        if (_path is not null)
        {
            return _path.IsMatch(CanonicalComposition.Of(path));
        }

        var name = path[(path.LastIndexOf('/') + 1)..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return Equal(_text, SplitNames.Stem(name)) || (slash > 0 && Equal(_text, path[..slash]));
    }

    private string Below(string root) => root.Length > 0 && _text.StartsWith(CanonicalComposition.Of(root), StringComparison.OrdinalIgnoreCase) ? _text[CanonicalComposition.Of(root).Length..] : _text;

    private static bool Equal(string text, string name) => text.Equals(CanonicalComposition.Of(name), StringComparison.OrdinalIgnoreCase);

    // Without backtracking, so that no pattern makes a run stand still.
    private static Regex Compile(string pattern, string end) => new(
        "^" + Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal) + end + "$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture);
}
