using System.Text;
using System.Text.Json;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// What members of a tar say of others, as WebDataset writes them: <c>.cls</c> is the label as text, <c>.json</c> an object with <c>label</c> or <c>cls</c>, <c>.txt</c> is left alone. Of
/// sequences <c>.txt</c> and all others are documents, and so are <c>.cls</c> and <c>.json</c> without one beside them, and a <c>.json</c> with text of its own.
/// </summary>
internal static class SampleNotes
{
    private const int MostBytes = 1 << 20;

    public static bool IsNote(string name) => Path.GetExtension(name).ToLowerInvariant() is ".cls" or ".json" or ".txt";

    /// <summary>A note with the label in it; rejected where it cannot be understood.</summary>
    public static UnpackedMember Read(UnpackedMember member, FileRange bytes)
    {
        var extension = Path.GetExtension(member.Name).ToLowerInvariant();
        var note = new UnpackedMember(member.Name, IsNote: true);
        if (extension == ".txt")
        {
            return note;
        }

        if (bytes.Length > MostBytes)
        {
            return note with { LabelFault = RejectionReason.BadLabel, Detail = $"the {extension} beside it has {bytes.Length} bytes; at most {MostBytes}" };
        }

        try
        {
            return Labelled(note, LabelOf(extension, BytesOf(bytes), out _));
        }
        catch (JsonException)
        {
            return member with { Rejection = RejectionReason.Corrupt, Detail = "it is no JSON object", Sha256 = null };
        }
    }

    /// <summary>A member among sequences: with its label where it is a note if there is a document beside it, else as it is.</summary>
    public static UnpackedMember Mark(UnpackedMember member, FileRange bytes)
    {
        var extension = Path.GetExtension(member.Name).ToLowerInvariant();
        if (extension is not (".cls" or ".json") || bytes.Length > MostBytes)
        {
            return member;
        }

        try
        {
            var label = LabelOf(extension, BytesOf(bytes), out var hasText);
            return hasText ? member : Labelled(member with { IsNote = true }, label);
        }
        catch (JsonException)
        {
            return member;
        }
    }

    private static UnpackedMember Labelled(UnpackedMember note, LabelValue label) => label.Fault is null
        ? note with { Label = new FileLabel(string.IsNullOrWhiteSpace(label.Text) ? null : label.Text.Trim(), null) }
        : note with { LabelFault = RejectionReason.BadLabel, Detail = label.Fault };

    private static byte[] BytesOf(FileRange bytes)
    {
        var content = new byte[bytes.Length];
        bytes.Read(0, content);
        return content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
    }

    /// <exception cref="JsonException">It is no object.</exception>
    private static LabelValue LabelOf(string extension, byte[] text, out bool hasText)
    {
        hasText = false;
        return extension == ".cls" ? LabelValue.Of(text) : JsonLabel(text, out hasText);
    }

    private static LabelValue JsonLabel(byte[] text, out bool hasText)
    {
        using var json = JsonDocument.Parse(text);
        var note = json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement : throw new JsonException();
        hasText = note.TryGetProperty("text", out _) || note.TryGetProperty("sequence", out _) || note.TryGetProperty("tokens", out _);
        try
        {
            return note.TryGetProperty("label", out var label) || note.TryGetProperty("cls", out label) ? LabelValue.Of(label) : default;
        }
        catch (InvalidOperationException)
        {
            return new LabelValue(null, "text that is no UTF-8");
        }
    }
}
