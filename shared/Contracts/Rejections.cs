using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>Why a file, or the label of one, is not used. Written in kebab case: <c>not-an-image</c>.</summary>
public enum RejectionReason
{
    /// <summary>The file has no bytes.</summary>
    Empty,

    /// <summary>The file cannot be opened or read, or the folder not listed.</summary>
    Unreadable,

    /// <summary>Its content is neither JPEG, PNG, GIF, BMP nor WebP, whatever its name says.</summary>
    NotAnImage,

    /// <summary>It begins like an image or an archive and is cut short or damaged; of an archive, what came before is used.</summary>
    Corrupt,

    /// <summary>More pixels than <c>Ingestion:MaxPixels</c>, or more bytes than <c>Ingestion:MaxFileBytes</c>.</summary>
    TooLarge,

    /// <summary>One side is more than <c>Ingestion:MaxSideRatio</c> times the other.</summary>
    SideRatio,

    /// <summary>An image of one colour, or a sequence without a known letter: there is nothing to learn from.</summary>
    Blank,

    /// <summary>labels.csv or labels.jsonl has a label for a file that is not there. Nothing is left out.</summary>
    UnknownFile,

    /// <summary>labels.csv or labels.jsonl names a file and leaves its label empty. The file is used without a label.</summary>
    EmptyLabel,

    /// <summary>labels.csv, labels.jsonl or a sample of an archive gives a file two different labels. The file is used without a
    /// label.</summary>
    TwoLabels,

    /// <summary>The label is a list, an object, a number that the table's class names lack, or no UTF-8. The sample is used without a
    /// label.</summary>
    BadLabel,

    /// <summary>Files with the same pixels, or samples of the same text, have different labels or tags. One of them is used, without
    /// these.</summary>
    ConflictingLabels,

    /// <summary>The name in the container or archive has an empty segment, or that of a file or folder is no UTF-8; or it has <c>.</c>,
    /// <c>..</c>, a backslash or a control character, or is longer than <c>Ingestion:MaxNameLength</c>. It is not followed.</summary>
    UnsafeName,

    /// <summary>A pipe, a socket or a device, or in an archive a symbolic link, or a hard link to what did not come before it, has that
    /// name. It is not opened or followed.</summary>
    NotAFile,

    /// <summary>Its content in the archive is encrypted.</summary>
    Encrypted,

    /// <summary>An archive in an archive in an archive; one in another is opened.</summary>
    NestedArchive,

    /// <summary>The archive has a member of that name already; the first is used.</summary>
    DuplicateName,

    /// <summary>It is packed by a method that is not read.</summary>
    Unsupported,

    /// <summary>Bytes that are neither UTF-8 nor, behind its byte order mark, UTF-16. The detail says where.</summary>
    InvalidEncoding,

    /// <summary>A line, or a record of CSV, has more bytes than <c>Ingestion:MaxLineBytes</c>. It is not read into memory.</summary>
    LineTooLong,

    /// <summary>A document has more letters than <c>Ingestion:MaxSequenceLength</c>.</summary>
    SequenceTooLong,

    /// <summary>Nothing is left of the document once it is normalised.</summary>
    EmptySample,

    /// <summary>The file is no text: it has a byte of 0, or is a document or an archive that is not read.</summary>
    NotText,

    /// <summary>A letter that there is not in DNA, or in proteins; or a sequence that is written in the other's alphabet.</summary>
    WrongAlphabet,

    /// <summary>The record is against the rules of its format: JSON, the width of CSV, the qualities of FASTQ. The detail names the
    /// line.</summary>
    MalformedRecord,

    /// <summary>An archive has more entries, or a table more rows, than <c>Ingestion:MaxMembers</c>; those before are used.</summary>
    TooManyMembers,

    /// <summary>An archive or a gzip unpacks to more than <c>Ingestion:MaxUnpackedBytes</c> or <c>Ingestion:MaxUnpackedRatio</c>, or one
    /// piece of a table to more than <c>Ingestion:MaxRowGroupBytes</c>. What came before is used, but nothing of a gzip.</summary>
    UnpacksTooLarge,
}

/// <summary>A line of the rejections file.</summary>
/// <param name="Path">Below the source's folder, with <c>/</c>; within an archive <c>archive!/member</c>, within IDX, and of records,
/// <c>file#number</c>.</param>
/// <param name="Detail">A few words for a person.</param>
/// <param name="Sha256">Of the file's bytes, 64 hex digits: its name in quarantine. Null where the reason is about a label, or the file
/// cannot be read.</param>
/// <param name="Lost">How many samples go with it where it is an archive or a table that was cut; 0 for one.</param>
public sealed record Rejection(
    string Path,
    RejectionReason Reason,
    string? Detail = null,
    string? Sha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Lost = 0)
{
    /// <summary>Samples that are not there because of it, 1 at least.</summary>
    [JsonIgnore]
    public long Samples => Math.Max(1, Lost);

    /// <summary>What is wrong, for a person.</summary>
    [JsonIgnore]
    public string Message => RejectionMessages.Of(Reason, Detail);

    public static string NameOf(RejectionReason reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());
}

/// <summary>A sentence for each reason: what is wrong, and what became of it.</summary>
public static class RejectionMessages
{
    private static readonly Dictionary<RejectionReason, string> Sentences = new()
    {
        [RejectionReason.Empty] = "the file has no bytes",
        [RejectionReason.Unreadable] = "the system does not let it be read",
        [RejectionReason.NotAnImage] = "the content is neither JPEG, PNG, GIF, BMP nor WebP",
        [RejectionReason.Corrupt] = "it is cut short or damaged",
        [RejectionReason.TooLarge] = "it is larger than the limits allow",
        [RejectionReason.SideRatio] = "one side of the image is too long for the other",
        [RejectionReason.Blank] = "the image is of one colour",
        [RejectionReason.UnknownFile] = "there is a label for a file that does not exist",
        [RejectionReason.EmptyLabel] = "the label is empty; the sample is used without one",
        [RejectionReason.TwoLabels] = "it has two labels, and is used without one",
        [RejectionReason.BadLabel] = "the label is of a kind that is not used; the sample is used without one",
        [RejectionReason.ConflictingLabels] = "samples with the same content have different labels or tags; one is used, without these",
        [RejectionReason.UnsafeName] = "the name leads out of the dataset, or has characters that names must not have",
        [RejectionReason.NotAFile] = "it is not a file",
        [RejectionReason.Encrypted] = "the content is encrypted",
        [RejectionReason.NestedArchive] = "an archive in an archive in an archive is not opened",
        [RejectionReason.DuplicateName] = "the archive has a member of that name already",
        [RejectionReason.Unsupported] = "it is compressed by a method that is not supported",
        [RejectionReason.InvalidEncoding] = "the text is neither UTF-8 nor UTF-16",
        [RejectionReason.LineTooLong] = "the line is longer than the limits allow",
        [RejectionReason.SequenceTooLong] = "the document is longer than the limits allow",
        [RejectionReason.EmptySample] = "the document is empty, or nothing is left of it once it is normalised",
        [RejectionReason.NotText] = "the content is not text",
        [RejectionReason.WrongAlphabet] = "the letters are not those of the dataset's sequences",
        [RejectionReason.MalformedRecord] = "the record breaks the rules of its format",
        [RejectionReason.TooManyMembers] = "it has more entries or rows than the limits allow; those before are used",
        [RejectionReason.UnpacksTooLarge] = "it unpacks to more than the limits allow",
    };

    /// <summary>What these mean depends on the modality, so that a detail, where there is one, is the whole sentence.</summary>
    private static readonly HashSet<RejectionReason> SaidByDetail =
        [RejectionReason.Blank, RejectionReason.Empty, RejectionReason.EmptySample];

    /// <param name="detail">Null where there is nothing to add.</param>
    public static string Of(RejectionReason reason, string? detail) =>
        detail is null ? Sentences[reason]
        : SaidByDetail.Contains(reason) ? detail
        : $"{Sentences[reason]}: {detail}";
}

/// <summary>A document, or a file of them, cannot be used. Says why; never ends more than that.</summary>
/// <param name="lost">As <see cref="Rejection.Lost"/>.</param>
public sealed class SequenceRejectedException(
    RejectionReason reason, string? detail = null, long lost = 0) : Exception($"{Rejection.NameOf(reason)}: {detail}")
{
    public RejectionReason Reason => reason;

    /// <summary>Where, and what.</summary>
    public string? Detail => detail;

    public long Lost => lost;
}
