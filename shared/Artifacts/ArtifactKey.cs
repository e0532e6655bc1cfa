using System.Buffers;

namespace Pipeline.Artifacts;

/// <summary>The form of keys and prefixes: 1 to 512 characters, segments of at most 255 ASCII letters, digits, <c>.</c>, <c>_</c> and
/// <c>-</c> that do not start with a dot, joined by <c>/</c>. So no key can leave a root (no <c>..</c>, no root, no backslash) or name a
/// hidden file.</summary>
public static class ArtifactKey
{
    /// <summary>A folder's own file, and so nobody's artifact: the files of a folder can be copied into a container.</summary>
    internal const string FormatFile = "store.json";

    private const int MaxLength = 512;

    /// <summary>What a file system takes as one name.</summary>
    private const int MaxSegment = 255;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid(string key) => key != FormatFile && HasForm(key);

    /// <exception cref="ArgumentException">It is not a key.</exception>
    public static void Check(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key == FormatFile)
            throw new ArgumentException($"'{key}' is not an artifact's key: it describes the store itself.");

        CheckForm(key);
    }

    /// <summary>Whole segments; empty for everything; one <c>/</c> may end it.</summary>
    /// <returns>The prefix without the <c>/</c> at its end.</returns>
    public static string CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length == 0)
            return prefix;

        var whole = prefix.EndsWith('/') ? prefix[..^1] : prefix;
        CheckForm(whole);
        return whole;
    }

    private static void CheckForm(string key)
    {
        if (!HasForm(key))
        {
            throw new ArgumentException(
                $"'{Shown(key)}' is not an artifact's key: it must have at most {MaxLength} characters, in segments of letters, digits, "
                + "'.', '_' and '-' that do not start with '.', joined by '/'.");
        }
    }

    private static bool HasForm(string key) => key.Length is > 0 and <= MaxLength && key.Split('/').All(IsSegment);

    private static bool IsSegment(string segment) =>
        segment.Length is > 0 and <= MaxSegment && segment[0] != '.' && !segment.AsSpan().ContainsAnyExcept(Allowed);

    private static string Shown(string key) =>
        string.Concat((key.Length > 80 ? key[..80] + "…" : key).Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
}
