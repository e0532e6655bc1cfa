namespace Pipeline.Lake.Kinds;

/// <summary>What the names of files say, in folders and containers alike. Left out are hidden files and folders, what systems and programs
/// leave beside files, and files that by their role are no samples: README, LICENSE, NOTICE, COPYING with any ending, <c>_SUCCESS</c>, and
/// in the top folder the <see cref="Sidecars"/>; among sequences the tables of labels and the <see cref="SequenceSidecars"/>. Anything else
/// that is not what is wanted is rejected, and counted.</summary>
public static class LakeNames
{
    /// <summary>Written last by whoever drops files: all are there.</summary>
    public const string Complete = "_SUCCESS";

    private static readonly HashSet<string> Roles =
        new(["README", "LICENSE", "LICENCE", "NOTICE", "COPYING", Complete], StringComparer.OrdinalIgnoreCase);

    /// <summary>What macOS, Windows, network disks and trash bins leave behind, apart from what begins with a dot.</summary>
    private static readonly HashSet<string> Litter = new(
        ["__MACOSX", "Thumbs.db", "ehthumbs.db", "desktop.ini", "@eaDir", "#recycle", "lost+found", "$RECYCLE.BIN",
            "System Volume Information"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Sidecars =
        new([".csv", ".tsv", ".txt", ".md", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".html", ".log"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> SequenceSidecars =
        new([".xml", ".yaml", ".yml", ".html", ".log"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file or folder is left alone wherever it lies: it is hidden, litter, or the lock of an office program.</summary>
    public static bool IsHidden(string name) =>
        name.StartsWith('.') || name.StartsWith("~$", StringComparison.Ordinal) || Litter.Contains(name);

    /// <summary>Whether a file or one of its folders is hidden.</summary>
    public static bool IsHiddenPath(string path) => path.Split('/').Any(IsHidden);

    /// <param name="name">Of the file alone.</param>
    /// <param name="top">Whether it lies in the top folder.</param>
    public static bool IsSidecar(string name, bool top, LakeContent content = LakeContent.Images) =>
        Roles.Contains(name) || Roles.Contains(Path.GetFileNameWithoutExtension(name)) || (top && IsSidecarAtTop(name, content));

    /// <summary>Whether a safe path is that of a file that may hold what is wanted.</summary>
    public static bool MayBeContent(string path, LakeContent content)
    {
        var segments = path.Split('/');
        return !segments.Any(IsHidden) && !IsSidecar(segments[^1], top: segments.Length == 1, content);
    }

    private static bool IsSidecarAtTop(string name, LakeContent content) => content == LakeContent.Images
        ? Sidecars.Contains(Path.GetExtension(name))
        : TableNames.IsLabels(name) || SequenceSidecars.Contains(Path.GetExtension(name));

    /// <summary>False where a segment is empty, <c>.</c> or <c>..</c>, or where there is a backslash or a control character.</summary>
    public static bool IsSafe(string path) =>
        !path.Any(c => c == '\\' || char.IsControl(c)) && path.Split('/').All(segment => segment is not ("" or "." or ".."));

    /// <summary>A path without <c>./</c> before it.</summary>
    public static string WithoutDot(string path)
    {
        while (path.StartsWith("./", StringComparison.Ordinal))
            path = path[2..];

        return path;
    }

    /// <summary>A path on one line: control characters as <c>%XX</c>.</summary>
    public static string Shown(string path) => string.Concat(path.Select(c => char.IsControl(c) ? $"%{(int)c:X2}" : $"{c}"));
}

/// <summary>What the files of a folder are read as.</summary>
public enum LakeContent
{
    Images,

    /// <summary>Text, DNA or protein: also text files in the top folder are content.</summary>
    Sequences,
}

public static class LakeContents
{
    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    public static LakeContent Of(string modality) => Modalities.IsSequence(modality) ? LakeContent.Sequences : LakeContent.Images;
}
