using System.Text.Json.Serialization;

namespace Pipeline.Triggers.Events;

public enum FileEventKind { Created, Deleted }

/// <summary>One file that landed in the lake or left it, whatever told so. A rename is two of them.</summary>
public sealed record FileEvent
{
    /// <summary>The same for every delivery of the event.</summary>
    public required string Id { get; init; }

    public required FileEventKind Kind { get; init; }

    /// <summary>The location's URL, <c>/</c> and the file's path, as plain text: nothing in it is percent-encoded.</summary>
    public required string Url { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The dataset that the file belongs to; set by <see cref="EventPlaces.Admit"/> alone.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>URL of the dataset's folder; set by <see cref="EventPlaces.Admit"/> alone.</summary>
    public string Source { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Bytes { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    /// <summary><c>azure:</c> or <c>s3:</c>, which says how it is compared, and the sequencer. It orders the events of one file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sequencer { get; init; }

    /// <summary>A whole folder was renamed or deleted: there is no event for each file in it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Folder { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Traceparent { get; init; }

    [JsonIgnore]
    public string Name => Url[(Url.LastIndexOf('/') + 1)..];

    [JsonIgnore]
    public string Parent => Url[..Url.LastIndexOf('/')];
}

/// <summary>Which of two events of one file came later. Deliveries are unordered, so sequencers decide: those of Azure compare as plain
/// strings, those of S3 after the shorter is padded with zeros on the right. Without two of one kind the times decide, and where these are
/// equal, the ids, so that every worker decides alike.</summary>
public static class FileEventOrder
{
    public const string Azure = "azure:";
    public const string S3 = "s3:";

    public static IComparer<FileEvent> Instance { get; } = Comparer<FileEvent>.Create(Compare);

    private static int Compare(FileEvent x, FileEvent y)
    {
        var order = Sequencers(x.Sequencer ?? "", y.Sequencer ?? "");
        order = order == 0 ? x.Time.CompareTo(y.Time) : order;
        order = order == 0 ? string.CompareOrdinal(x.Id, y.Id) : order;
        return order == 0 ? x.Kind.CompareTo(y.Kind) : order;
    }

    private static int Sequencers(string x, string y)
    {
        bool Both(string kind) => x.StartsWith(kind, StringComparison.Ordinal) && y.StartsWith(kind, StringComparison.Ordinal);
        var length = Math.Max(x.Length, y.Length);
        return Both(Azure) ? string.CompareOrdinal(x, y)
            : Both(S3) ? string.CompareOrdinal(x.PadRight(length, '0'), y.PadRight(length, '0'))
            : 0;
    }
}
