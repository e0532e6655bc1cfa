using System.Text.Json.Serialization;

namespace Pipeline.Ingestion;

/// <summary>Why a file, or a label, could not be used. The list is closed; the words are what reports and <c>rejections.jsonl</c> say.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RejectionReason>))]
public enum RejectionReason
{
    /// <summary>No bytes.</summary>
    [JsonStringEnumMemberName("empty")] Empty,

    /// <summary>Its content is no JPEG, PNG, BMP, GIF or WebP, whatever its name.</summary>
    [JsonStringEnumMemberName("not-an-image")] NotAnImage,

    /// <summary>Truncated or damaged.</summary>
    [JsonStringEnumMemberName("corrupt")] Corrupt,

    /// <summary>More pixels or bytes than the options allow.</summary>
    [JsonStringEnumMemberName("too-large")] TooLarge,

    /// <summary>One colour all over.</summary>
    [JsonStringEnumMemberName("blank")] Blank,

    /// <summary>The operating system did not let it be read.</summary>
    [JsonStringEnumMemberName("unreadable")] Unreadable,

    /// <summary>labels.csv names a file that is not there.</summary>
    [JsonStringEnumMemberName("label-without-file")] LabelWithoutFile,

    /// <summary>labels.csv names a file without saying its label and split; the file is used unlabelled.</summary>
    [JsonStringEnumMemberName("empty-label")] EmptyLabel,

    /// <summary>Two labels for one file, or for files with the same pixels; used unlabelled.</summary>
    [JsonStringEnumMemberName("conflicting-labels")] ConflictingLabels,

    /// <summary>labels.csv names a split that is none; the file is used as if it named none.</summary>
    [JsonStringEnumMemberName("unknown-split")] UnknownSplit,
}

/// <param name="Path">Relative to the source folder, with <c>/</c>; an image within a file as <c>file#number</c>.</param>
/// <param name="Message">For a person.</param>
/// <param name="Digest">SHA-256 of the file's bytes; null where it could not be read.</param>
public sealed record Rejection(string Path, RejectionReason Reason, string Message, string? Digest = null);
