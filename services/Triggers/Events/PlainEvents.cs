using System.Text.Json;

namespace Pipeline.Triggers.Events;

/// <summary>The normalised form, as the webhook puts it into the queue; anybody may send it.</summary>
internal sealed class PlainEvents(EventPlaces places)
{
    public static bool Knows(JsonElement json) => json.TryGetProperty("kind", out _) && json.TryGetProperty("url", out _);

    public FileEvent Read(JsonElement json)
    {
        var kind = json.Text("kind") switch
        {
            "created" => FileEventKind.Created,
            "deleted" => FileEventKind.Deleted,
            var other => throw new BadEventException($"'kind' is '{BadEventException.Shown(other)}'; valid are created and deleted."),
        };
        var folder = json.TryGetProperty("folder", out var value) && value.ValueKind == JsonValueKind.True;
        var (url, dataset) = places.Find(json.Text("url"), folder);
        return new FileEvent
        {
            Id = json.Text("id"),
            Kind = kind,
            Url = url,
            Time = json.Time("time"),
            Dataset = dataset.Name,
            Source = dataset.Source,
            Bytes = json.OptionalBytes("bytes"),
            ETag = json.OptionalText("eTag"),
            Sequencer = json.OptionalText("sequencer"),
            Folder = folder,
            Traceparent = json.OptionalText("traceparent"),
        };
    }
}
