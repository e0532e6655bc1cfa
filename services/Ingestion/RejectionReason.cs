using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Ingestion;

/// <summary>Why a file, or the label of one, is not used. Written in kebab case: <c>not-an-image</c>.</summary>
public enum RejectionReason
{
    /// <summary>The file has no bytes.</summary>
    Empty,

    /// <summary>The file cannot be opened or read.</summary>
    Unreadable,

    /// <summary>Its content is neither JPEG, PNG, GIF, BMP nor WebP, whatever its name says.</summary>
    NotAnImage,

    /// <summary>It begins like an image and is cut short or damaged.</summary>
    Corrupt,

    /// <summary>More pixels than <see cref="IngestionOptions.MaxPixels"/>, or more bytes than <see cref="IngestionOptions.MaxFileBytes"/>.</summary>
    TooLarge,

    /// <summary>One colour only: nothing to learn from, and all its views are the same picture.</summary>
    Blank,

    /// <summary>labels.csv has a label for a file that is not there. Nothing is left out.</summary>
    UnknownFile,

    /// <summary>labels.csv names a file and leaves its label empty. The file is used without a label.</summary>
    EmptyLabel,

    /// <summary>labels.csv gives a file two different labels. The file is used without a label.</summary>
    TwoLabels,

    /// <summary>Files with the same pixels have different labels. One of them is used, without a label.</summary>
    ConflictingLabels,

    /// <summary>The name in the container has an empty segment, <c>.</c>, <c>..</c>, a backslash or a control character. It is not followed.</summary>
    UnsafeName,
}

/// <summary>A line of the rejections file.</summary>
/// <param name="Path">Below the source's folder, with <c>/</c>; for an image within an archive <c>archive#number</c>.</param>
/// <param name="Detail">A few words for a person.</param>
/// <param name="Sha256">Of the file's bytes, 64 hex digits: its name in quarantine. Null where the reason is about a label, or the file cannot be read.</param>
public sealed record Rejection(string Path, RejectionReason Reason, string? Detail = null, string? Sha256 = null)
{
    /// <summary>What is wrong, for a person.</summary>
    [JsonIgnore]
    public string Message => RejectionMessages.Of(Reason, Detail);

    public static string NameOf(RejectionReason reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());
}
