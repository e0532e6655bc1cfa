using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Triggers.Events;

/// <summary>The JSON form of parsed events between webhook and consumer: an array of <see cref="FileEvent"/>.</summary>
public static class NormalisedDrop
{
    /// <summary>Tells the consumer that a message is already parsed. No storage sends it; who forges it gains nothing.</summary>
    public const string ContentType = "application/vnd.pipeline.drop+json";

    private static readonly JsonSerializerOptions Strict = new(PipelineJson.Compact)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
    };

    /// <summary>Messages of about so many bytes; a single event may be larger.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Messages(IEnumerable<FileEvent> events, int bytes)
    {
        var body = new MemoryStream();
        foreach (var found in events)
        {
            body.WriteByte((byte)(body.Length == 0 ? '[' : ','));
            JsonSerializer.Serialize(body, found, PipelineJson.Compact);
            if (body.Length >= bytes)
            {
                yield return Closed(body);
                body = new MemoryStream();
            }
        }

        if (body.Length > 0)
            yield return Closed(body);
    }

    /// <exception cref="JsonException">It is not what <see cref="Messages"/> writes.</exception>
    public static List<FileEvent?> Read(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize<List<FileEvent?>>(body, Strict) ?? throw new JsonException();

    public static byte[] Write(FileEvent? found) => JsonSerializer.SerializeToUtf8Bytes(found, PipelineJson.Compact);

    /// <exception cref="BadEventException">It has a value that no parsed event has.</exception>
    internal static FileEvent Checked(FileEvent? found) => found is { Id.Length: > 0, Bytes: null or >= 0 } && Enum.IsDefined(found.Kind)
        ? found
        : throw new BadEventException("It must be a file event with an id, a known kind and no negative number of bytes.");

    private static ReadOnlyMemory<byte> Closed(MemoryStream body)
    {
        body.WriteByte((byte)']');
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
