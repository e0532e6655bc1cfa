namespace Pipeline.Triggers.Events;

/// <summary>Events of Azure storage accounts.</summary>
internal static class AzureEvents
{
    private const string Storage = "Microsoft.Storage.";

    /// <summary>The file is whole.</summary>
    private static readonly HashSet<string> Complete = ["PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose", "SftpCommit"];

    /// <summary>The file is there and empty; another event follows when it is closed.</summary>
    private static readonly HashSet<string> Opened = ["CreateFile", "SftpCreate"];

    private static readonly HashSet<string> Harmless =
    [
        "Microsoft.Storage.BlobTierChanged", "Microsoft.Storage.AsyncOperationInitiated", "Microsoft.Storage.BlobInventoryPolicyCompleted",
        "Microsoft.Storage.LifecyclePolicyCompleted", "Microsoft.Storage.DirectoryCreated", "Microsoft.Storage.StorageTaskQueued",
        "Microsoft.Storage.StorageTaskCompleted", "Microsoft.Storage.StorageTaskAssignmentQueued",
        "Microsoft.Storage.StorageTaskAssignmentCompleted", "Microsoft.EventGrid.SubscriptionValidationEvent",
        "Microsoft.EventGrid.SubscriptionDeletedEvent",
    ];

    public static bool Knows(string type) => type.StartsWith(Storage, StringComparison.Ordinal) || Harmless.Contains(type);

    /// <returns>None where the event tells of no whole file.</returns>
    public static IEnumerable<FileEvent> Read(EventEnvelope envelope)
    {
        switch (envelope.Type)
        {
            case Storage + "BlobCreated":
                var api = envelope.Data.Text("api");
                return Complete.Contains(api) ? [Event(envelope, FileEventKind.Created, Url(envelope), folder: false)]
                    : Opened.Contains(api) ? []
                    : throw BadEventException.Wrong("api", api, $"one of {string.Join(", ", Complete.Concat(Opened))}");
            case Storage + "BlobDeleted":
                return [Event(envelope, FileEventKind.Deleted, Url(envelope), folder: false)];
            case Storage + "DirectoryDeleted":
                return [Event(envelope, FileEventKind.Deleted, Url(envelope), folder: true)];
            case Storage + "BlobRenamed":
            case Storage + "DirectoryRenamed":
                var folder = envelope.Type == Storage + "DirectoryRenamed";
                return
                [
                    Event(envelope, FileEventKind.Deleted, EventPlaces.Decode(envelope.Data.Text("sourceUrl")), folder),
                    Event(envelope, FileEventKind.Created, EventPlaces.Decode(envelope.Data.Text("destinationUrl")), folder),
                ];
            default:
                return Harmless.Contains(envelope.Type)
                    ? []
                    : throw new BadEventException($"The event type '{BadEventException.Shown(envelope.Type)}' is unknown; "
                        + $"it must be {Storage}BlobCreated, BlobDeleted, BlobRenamed, DirectoryRenamed or DirectoryDeleted.");
        }
    }

    private static FileEvent Event(EventEnvelope envelope, FileEventKind kind, string url, bool folder) => new()
    {
        Id = envelope.Id,
        Kind = kind,
        Url = AsBlob(url),
        Time = envelope.When(),
        Bytes = kind == FileEventKind.Created ? envelope.Data.OptionalBytes("contentLength") : null,
        ETag = envelope.Data.OptionalText("eTag"),
        Sequencer = envelope.Data.OptionalText("sequencer") is { } sequencer ? FileEventOrder.Azure + sequencer : null,
        Folder = folder,
    };

    /// <summary>The URL, which must name the file that the subject names; the subject's first slash may be missing.</summary>
    private static string Url(EventEnvelope envelope)
    {
        var raw = envelope.Data.Text("url");
        var url = EventPlaces.Decode(raw);
        if (envelope.Subject is not { } subject)
            return url;
        if (subject.TrimStart('/').Split('/', 6) is not ["blobServices", _, "containers", var container, "blobs", { Length: > 0 } path])
            throw BadEventException.Wrong("subject", subject, "/blobServices/default/containers/CONTAINER/blobs/PATH");
        return url.EndsWith($"/{container}/{path}", StringComparison.Ordinal) ? url
            : raw.EndsWith($"/{container}/{path}", StringComparison.Ordinal) ? raw
            : throw new BadEventException(
                $"'subject' is '{BadEventException.Shown(subject)}', 'url' is '{BadEventException.Shown(raw)}'; they must name one file.");
    }

    /// <summary>A hierarchical account has a second host for the same files, and events may name either; hosts know no case.</summary>
    private static string AsBlob(string url)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = url.IndexOf('/', host) is > 0 and var slash ? slash : url.Length;
        return string.Concat(url[..end].ToLowerInvariant().Replace(".dfs.core.", ".blob.core.", StringComparison.Ordinal), url.AsSpan(end));
    }
}
