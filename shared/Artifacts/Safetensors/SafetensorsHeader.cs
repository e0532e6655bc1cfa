using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Artifacts.Safetensors;

/// <summary>The checked header of a file. Nothing in it is taken on trust: each defect is a <see cref="PipelineException"/> that names
/// it.</summary>
internal sealed class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>The format's own limit.</summary>
    public const long MaxLength = 100_000_000;

    private readonly string _file;

    /// <param name="file">To be named in errors.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataBytes">What follows it in the file.</param>
    public SafetensorsHeader(string file, ReadOnlyMemory<byte> json, long dataBytes)
    {
        _file = file;
        if (json.IsEmpty || json.Span[0] != (byte)'{')
            throw Defect("its header does not start with '{'");
        if (!Utf8.IsValid(json.Span))
            throw Defect("its header is not UTF-8");

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var properties = Properties(document.RootElement, "its header");
            if (properties.Remove(MetadataKey, out var metadata))
                Metadata = Properties(metadata, MetadataKey).ToDictionary(pair => pair.Key, Text, StringComparer.Ordinal);

            Entries = properties.ToDictionary(pair => pair.Key, pair => ReadEntry(pair.Key, pair.Value), StringComparer.Ordinal);
        }
        catch (JsonException error)
        {
            throw Defect($"its header is not JSON ({error.Message})", error);
        }
        catch (InvalidOperationException error)
        {
            throw Defect("its header holds a string with half a surrogate pair", error);
        }

        CheckLayout(dataBytes);
    }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    private string Text(KeyValuePair<string, JsonElement> metadata) => metadata.Value.ValueKind == JsonValueKind.String
        ? metadata.Value.GetString()!
        : throw Defect($"'{metadata.Key}' of {MetadataKey} is not a string");

    private SafetensorsEntry ReadEntry(string name, JsonElement entry)
    {
        var properties = Properties(entry, $"'{name}'");
        if (properties.Keys.FirstOrDefault(key => key is not ("dtype" or "shape" or "data_offsets")) is { } other)
            throw Defect($"'{name}' has the unknown field '{other}'; it must be dtype, shape or data_offsets");

        var shape = Numbers(properties, name, "shape");
        var offsets = Numbers(properties, name, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Defect($"data_offsets of '{name}' are not a start and an end");

        var type = ReadType(properties, name);
        long bytes;
        try
        {
            bytes = checked(SafetensorsElement.Elements(shape) * type.Size());
        }
        catch (OverflowException error)
        {
            throw Defect($"the shape of '{name}' overflows", error);
        }

        return bytes == offsets[1] - offsets[0]
            ? new SafetensorsEntry(name, type, shape, offsets[0], bytes)
            : throw Defect($"'{name}' takes {offsets[1] - offsets[0]} bytes where {type} [{string.Join(", ", shape)}] needs {bytes}");
    }

    private SafetensorsType ReadType(Dictionary<string, JsonElement> properties, string name)
    {
        if (!properties.TryGetValue("dtype", out var value) || value.ValueKind != JsonValueKind.String)
            throw Defect($"'{name}' has no dtype");

        var text = value.GetString()!;
        return Enum.GetNames<SafetensorsType>().Contains(text)
            ? Enum.Parse<SafetensorsType>(text)
            : throw Defect(
                $"'{name}' has the unknown dtype '{text}'; it must be one of {string.Join(", ", Enum.GetNames<SafetensorsType>())}");
    }

    private long[] Numbers(Dictionary<string, JsonElement> properties, string name, string property)
    {
        if (!properties.TryGetValue(property, out var value) || value.ValueKind != JsonValueKind.Array)
            throw Defect($"'{name}' has no {property}");

        return [.. value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
                ? number
                : throw Defect($"{property} of '{name}' holds {item.GetRawText()}, which is not a whole number of 0 or more"))];
    }

    private Dictionary<string, JsonElement> Properties(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Defect($"{what} is not an object");

        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!properties.TryAdd(property.Name, property.Value))
                throw Defect($"{what} has '{property.Name}' twice");
        }

        return properties;
    }

    private void CheckLayout(long dataBytes)
    {
        var end = 0L;
        foreach (var entry in Entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Bytes))
        {
            if (entry.Offset != end)
                throw Defect($"there is {(entry.Offset > end ? "a hole before" : "an overlap with")} '{entry.Name}'");

            end += entry.Bytes;
        }

        if (end != dataBytes)
            throw Defect($"its tensors take {end} bytes and its data has {dataBytes}");
    }

    private PipelineException Defect(string what, Exception? inner = null) =>
        new($"{_file} is not a valid safetensors file: {what.ReplaceLineEndings(" ")}.", inner);
}
