using Pipeline.Lake.Findings;

namespace Pipeline.Lake.Labels;

/// <summary>What is known about a file beside its bytes.</summary>
public interface IFileLabels
{
    /// <summary>Files beside the images that the answers come from; part of the fingerprint.</summary>
    IReadOnlyList<LabelFile> Files => [];

    /// <summary>Whether files are named one by one; otherwise their folders say their labels.</summary>
    bool NamesFiles => false;

    /// <summary>What counts as a split and what as a class: the same for the same layout, and part of the fingerprint too.</summary>
    string Layout => "";

    /// <param name="path">Below the source's folder, with <c>/</c>.</param>
    FileLabel Find(string path);

    /// <summary>What the place of an archive or a table says of all that is in it.</summary>
    FileLabel Around(string path) => NamesFiles ? default : Find(path);

    /// <summary>What is wrong with the labels; complete once all files have been asked for.</summary>
    IEnumerable<Rejection> Rejections() => [];

    /// <summary>What a person should know of the labels; complete once all files have been asked for.</summary>
    IEnumerable<Finding> Findings();
}

/// <summary>A file that labels were read from, as it was then.</summary>
/// <param name="Sha256">Of its bytes, 64 hex digits.</param>
public sealed record LabelFile(string Path, long Bytes, string Sha256);

/// <param name="Split">Null if the source leaves it open.</param>
public readonly record struct FileLabel(string? Label, Split? Split);
