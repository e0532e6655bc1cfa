using System.Net;
using System.Text.Json;

namespace Pipeline.Triggers.Events;

/// <summary>Notifications of S3 and of what speaks like it, MinIO among them.</summary>
internal static class S3Events
{
    private static readonly string[] Deleted = ["ObjectRemoved:", "LifecycleExpiration:"];

    private static readonly string[] Harmless =
    [
        "TestEvent", "ObjectRestore:", "ObjectTagging:", "ObjectAcl:", "ObjectAccessed:", "ReducedRedundancyLostObject", "Replication:",
        "LifecycleTransition", "IntelligentTiering", "ILM:", "Scanner:", "BucketCreated:", "BucketRemoved:",
    ];

    private static readonly string[] HarmlessDetails =
    [
        "Object Restore Initiated", "Object Restore Completed", "Object Restore Expired", "Object Tags Added", "Object Tags Deleted",
        "Object ACL Updated", "Object Storage Class Changed", "Object Access Tier Changed",
    ];

    /// <summary>One of <c>Records</c>.</summary>
    /// <returns>None where it tells of no whole file.</returns>
    public static IEnumerable<FileEvent> Read(JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object)
            throw new BadEventException($"The record is {BadEventException.Shown(record.GetRawText())}; it must be an object.");
        if (KindOf(record.Text("eventName")) is not { } kind)
            return [];
        var s3 = record.Section("s3");
        var found = s3.Section("object");
        // Keys are encoded as forms are: '+' is a space.
        return Event(kind, s3.Section("bucket").Text("name"), WebUtility.UrlDecode(found.Text("key")), record.Time("eventTime"), found);
    }

    /// <summary>The form that EventBridge wraps: here keys are plain.</summary>
    public static IEnumerable<FileEvent> ReadEventBridge(JsonElement json)
    {
        var type = json.Text("detail-type");
        if (HarmlessDetails.Contains(type))
            return [];
        var kind = type switch
        {
            "Object Created" => FileEventKind.Created,
            "Object Deleted" => FileEventKind.Deleted,
            _ => throw BadEventException.Wrong("detail-type", type, "Object Created or Object Deleted"),
        };
        var detail = json.Section("detail");
        var found = detail.Section("object");
        return Event(kind, detail.Section("bucket").Text("name"), found.Text("key"), json.Time("time"), found);
    }

    private static IEnumerable<FileEvent> Event(FileEventKind kind, string bucket, string key, DateTimeOffset time, JsonElement found)
    {
        if (key.EndsWith('/'))
            yield break; // What consoles leave where somebody makes a folder.
        var sequencer = found.OptionalText("sequencer");
        var version = found.OptionalText("versionId") is { } id ? "/" + id : "";
        yield return new FileEvent
        {
            // Notifications have no id; what they tell is one.
            Id = $"{(kind == FileEventKind.Created ? '+' : '-')}{sequencer ?? time.ToString("O")}{version}",
            Kind = kind,
            Url = $"s3://{bucket}/{key}",
            Time = time,
            Bytes = found.OptionalBytes("size"),
            ETag = found.OptionalText("eTag") ?? found.OptionalText("etag"),
            Sequencer = sequencer is null ? null : FileEventOrder.S3 + sequencer,
        };
    }

    /// <returns>Null where no file has changed.</returns>
    private static FileEventKind? KindOf(string eventName)
    {
        var name = eventName.StartsWith("s3:", StringComparison.Ordinal) ? eventName[3..] : eventName;
        bool Is(string start) => name.StartsWith(start, StringComparison.Ordinal);
        return Is("ObjectCreated:") ? FileEventKind.Created
            : Deleted.Any(Is) ? FileEventKind.Deleted
            : Harmless.Any(Is) ? null
            : throw new BadEventException(
                $"'eventName' is '{BadEventException.Shown(eventName)}', which is unknown; it must be ObjectCreated:… or ObjectRemoved:….");
    }
}
