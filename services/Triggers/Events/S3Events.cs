using System.Net;
using System.Text.Json;

namespace Pipeline.Triggers.Events;

/// <summary>Notifications of S3 and of what speaks like it, MinIO among them.</summary>
internal sealed class S3Events(EventPlaces places)
{
    private static readonly string[] Created = ["ObjectCreated:"];

    private static readonly string[] Deleted = ["ObjectRemoved:", "LifecycleExpiration:"];

    private static readonly string[] Harmless =
    [
        "TestEvent", "ObjectRestore:", "ObjectTagging:", "ObjectAcl:", "ObjectAccessed:", "ReducedRedundancyLostObject", "Replication:", "LifecycleTransition",
        "IntelligentTiering", "ILM:", "Scanner:", "BucketCreated:", "BucketRemoved:",
    ];

    /// <summary>One of <c>Records</c>.</summary>
    public FileEvent? Read(JsonElement record)
    {
        var name = record.Text("eventName");
        if (KindOf(name) is not { } kind)
        {
            return null;
        }

        var s3 = record.Section("s3");
        var found = s3.Section("object");
        // Keys are encoded as forms are: '+' is a space.
        return Event(kind, s3.Section("bucket").Text("name"), WebUtility.UrlDecode(found.Text("key")), record.Time("eventTime"), found);
    }

    /// <summary>The form that EventBridge wraps: here keys are plain.</summary>
    public FileEvent? ReadEventBridge(JsonElement json)
    {
        FileEventKind? kind = json.Text("detail-type") switch
        {
            "Object Created" => FileEventKind.Created,
            "Object Deleted" => FileEventKind.Deleted,
            "Object Restore Initiated" or "Object Restore Completed" or "Object Restore Expired" or "Object Tags Added" or "Object Tags Deleted" or "Object ACL Updated"
                or "Object Storage Class Changed" or "Object Access Tier Changed" => null,
            var type => throw new BadEventException($"'detail-type' is '{BadEventException.Shown(type)}'; valid are Object Created and Object Deleted."),
        };
        if (kind is null)
        {
            return null;
        }

        var detail = json.Section("detail");
        var found = detail.Section("object");
        return Event(kind.Value, detail.Section("bucket").Text("name"), found.Text("key"), json.Time("time"), found);
    }

    private FileEvent? Event(FileEventKind kind, string bucket, string key, DateTimeOffset time, JsonElement found)
    {
        if (key.EndsWith('/'))
        {
            return null; // What consoles leave where somebody makes a folder.
        }

        var (url, dataset) = places.Find($"s3://{bucket}/{key}", folder: false);
        var sequencer = found.OptionalText("sequencer");
        return new FileEvent
        {
            // Notifications have no id; what they tell is one.
            Id = $"{(kind == FileEventKind.Created ? '+' : '-')}{sequencer ?? time.ToString("O")}{(found.OptionalText("versionId") is { } version ? "/" + version : "")}",
            Kind = kind,
            Url = url,
            Time = time,
            Dataset = dataset.Name,
            Source = dataset.Source,
            Bytes = found.OptionalBytes("size"),
            ETag = found.OptionalText("eTag") ?? found.OptionalText("etag"),
            Sequencer = sequencer is null ? null : FileEventOrder.S3 + sequencer,
        };
    }

    private static FileEventKind? KindOf(string eventName)
    {
        var name = eventName.StartsWith("s3:", StringComparison.Ordinal) ? eventName[3..] : eventName;
        bool Is(string start) => name.StartsWith(start, StringComparison.Ordinal);
        return Created.Any(Is) ? FileEventKind.Created
            : Deleted.Any(Is) ? FileEventKind.Deleted
            : Harmless.Any(Is) ? null
            : throw new BadEventException($"'eventName' is '{BadEventException.Shown(eventName)}', which is unknown; valid are ObjectCreated:… and ObjectRemoved:….");
    }
}
