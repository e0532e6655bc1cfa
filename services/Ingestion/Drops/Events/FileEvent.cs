using System.Text.Json.Serialization;

namespace Pipeline.Ingestion.Drops.Events;

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

    /// <summary>The dataset that the file belongs to.</summary>
    public required string Dataset { get; init; }

    /// <summary>URL of the dataset's folder.</summary>
    public required string Source { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Bytes { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    /// <summary><c>azure:</c> or <c>s3:</c>, which says how it is compared, and the sequencer. It orders the events of one file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sequencer { get; init; }

    /// <summary>A whole folder was renamed or deleted: what lay in it is not told one by one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Folder { get; init; }

    /// <summary>W3C trace context of whoever sent the event.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Traceparent { get; init; }

    /// <summary>The last segment of the path.</summary>
    [JsonIgnore]
    public string Name => Url[(Url.LastIndexOf('/') + 1)..];

    /// <summary>The URL without its last segment.</summary>
    [JsonIgnore]
    public string Parent => Url[..Url.LastIndexOf('/')];
}
