using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>Why a file, or the label of one, is not used. Written in kebab case: <c>not-an-image</c>. Each has its sentence for a person:
/// what is wrong, and what became of it.</summary>
public enum RejectionReason
{
    [Description("the file has no bytes")]
    Empty,
    /// <summary>Also a folder that cannot be listed.</summary>
    [Description("the system does not let it be read")]
    Unreadable,
    [Description("the content is neither JPEG, PNG, GIF, BMP nor WebP")]
    NotAnImage,
    /// <summary>An image or an archive; of an archive, what came before is used.</summary>
    [Description("it is cut short or damaged")]
    Corrupt,
    /// <summary>More pixels than <c>Ingestion:MaxPixels</c>, or more bytes than <c>Ingestion:MaxFileBytes</c>.</summary>
    [Description("it is larger than the limits allow")]
    TooLarge,
    /// <summary>One side is more than <c>Ingestion:MaxSideRatio</c> times the other.</summary>
    [Description("one side of the image is too long for the other")]
    SideRatio,
    /// <summary>Also a sequence without a known letter: there is nothing to learn from.</summary>
    [Description("the image is of one colour")]
    Blank,
    /// <summary>A row of a table of labels; nothing is left out.</summary>
    [Description("there is a label for a file that does not exist")]
    UnknownFile,
    [Description("the label is empty; the sample is used without one")]
    EmptyLabel,
    [Description("it has two labels, and is used without one")]
    TwoLabels,
    /// <summary>A list, an object, a number that the table's class names lack, or no UTF-8.</summary>
    [Description("the label is of a kind that is not used; the sample is used without one")]
    BadLabel,
    [Description("samples with the same content have different labels or tags; one is used, without these")]
    ConflictingLabels,
    /// <summary>An empty segment, <c>.</c>, <c>..</c>, a backslash, a control character, no UTF-8, or longer than
    /// <c>Ingestion:MaxNameLength</c>.</summary>
    [Description("the name leads out of the dataset, or has characters that names must not have")]
    UnsafeName,
    /// <summary>A pipe, a socket or a device; in an archive a symbolic link, or a hard link to what did not come before it.</summary>
    [Description("it is not a file")]
    NotAFile,
    /// <summary>Of a member of an archive.</summary>
    [Description("the content is encrypted")]
    Encrypted,
    [Description("an archive in an archive in an archive is not opened")]
    NestedArchive,
    /// <summary>The first is used.</summary>
    [Description("the archive has a member of that name already")]
    DuplicateName,
    [Description("it is compressed by a method that is not supported")]
    Unsupported,
    /// <summary>UTF-16 needs its byte order mark. The detail says where.</summary>
    [Description("the text is neither UTF-8 nor UTF-16")]
    InvalidEncoding,
    /// <summary>More bytes than <c>Ingestion:MaxLineBytes</c>; a record of CSV counts as a line. It is not read into memory.</summary>
    [Description("the line is longer than the limits allow")]
    LineTooLong,
    /// <summary>More letters than <c>Ingestion:MaxSequenceLength</c>.</summary>
    [Description("the document is longer than the limits allow")]
    SequenceTooLong,
    [Description("the document is empty, or nothing is left of it once it is normalised")]
    EmptySample,
    /// <summary>It has a byte of 0, or is a document or an archive that is not read.</summary>
    [Description("the content is not text")]
    NotText,
    /// <summary>A letter that DNA or proteins do not have, or a sequence in the other's alphabet.</summary>
    [Description("the letters are not those of the dataset's sequences")]
    WrongAlphabet,
    /// <summary>JSON, the width of CSV, the qualities of FASTQ. The detail names the line.</summary>
    [Description("the record breaks the rules of its format")]
    MalformedRecord,
    /// <summary>More entries or rows than <c>Ingestion:MaxMembers</c>.</summary>
    [Description("it has more entries or rows than the limits allow; those before are used")]
    TooManyMembers,
    /// <summary>More than <c>Ingestion:MaxUnpackedBytes</c>, <c>Ingestion:MaxUnpackedRatio</c>, or of a piece of a table
    /// <c>Ingestion:MaxRowGroupBytes</c>. What came before is used, but nothing of a gzip.</summary>
    [Description("it unpacks to more than the limits allow")]
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

public static class RejectionMessages
{
    private static readonly Dictionary<RejectionReason, string> Sentences = Enum.GetValues<RejectionReason>().ToDictionary(
        reason => reason,
        reason => typeof(RejectionReason).GetField($"{reason}")!.GetCustomAttribute<DescriptionAttribute>()!.Description);

    /// <summary>The sentence and the detail. What some reasons mean depends on the modality: their detail is the whole sentence.</summary>
    /// <param name="detail">Null where there is nothing to add.</param>
    public static string Of(RejectionReason reason, string? detail) => detail is null
        ? Sentences[reason]
        : reason is RejectionReason.Blank or RejectionReason.Empty or RejectionReason.EmptySample
            ? detail
            : $"{Sentences[reason]}: {detail}";
}

/// <summary>A document, or a file of them, cannot be used. Says why; never ends more than that.</summary>
/// <param name="detail">Where, and what.</param>
/// <param name="lost">As <see cref="Rejection.Lost"/>.</param>
public sealed class SequenceRejectedException(
    RejectionReason reason, string? detail = null, long lost = 0) : Exception($"{Rejection.NameOf(reason)}: {detail}")
{
    public RejectionReason Reason => reason;
    public string? Detail => detail;
    public long Lost => lost;
}
