using System.Text;
using System.Text.Json;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// Samples of a tar as WebDataset writes them: members side by side with the same name up to the first dot after the last slash are one sample;
/// <c>.cls</c> is the label as text, <c>.json</c> an object with <c>label</c> or <c>cls</c>, <c>.txt</c> is left alone. Of sequences <c>.txt</c> and all others are documents, and so are
/// <c>.cls</c> and <c>.json</c> without one beside them, and a <c>.json</c> with text of its own.
/// </summary>
internal static class SampleNotes
{
    private const int MostBytes = 1 << 20;
    private static readonly HashSet<string> Pictures = new(["jpg", "jpeg", "png", "gif", "bmp", "webp", "img", "image"], StringComparer.OrdinalIgnoreCase);

    public static bool IsNote(string name) => Path.GetExtension(name).ToLowerInvariant() is ".cls" or ".json" or ".txt";

    /// <summary>A note with the label in it; rejected where it cannot be understood.</summary>
    public static UnpackedMember Read(UnpackedMember member, FileRange bytes)
    {
        var extension = Path.GetExtension(member.Name).ToLowerInvariant();
        if (extension == ".txt" || bytes.Length > MostBytes)
        {
            return new UnpackedMember(member.Name, IsNote: true);
        }

        try
        {
            return new UnpackedMember(member.Name, Label: LabelOf(extension, TextOf(bytes), out _), IsNote: true);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
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
            var label = LabelOf(extension, TextOf(bytes), out var hasText);
            return hasText ? member : member with { Label = label, IsNote = true };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return member;
        }
    }

    /// <summary>Gives each image or document of a sample its label, and leaves the notes out.</summary>
    public static IEnumerable<UnpackedMember> Apply(IEnumerable<UnpackedMember> members, LakeContent content)
    {
        var sample = new List<UnpackedMember>();
        foreach (var member in members)
        {
            if (sample.Count > 0 && KeyOf(sample[0].Name) != KeyOf(member.Name))
            {
                foreach (var labelled in Labelled(sample, content))
                {
                    yield return labelled;
                }

                sample.Clear();
            }

            sample.Add(member);
        }

        foreach (var labelled in Labelled(sample, content))
        {
            yield return labelled;
        }
    }

    private static IEnumerable<UnpackedMember> Labelled(List<UnpackedMember> sample, LakeContent content)
    {
        if (sample.TrueForAll(member => member.IsNote))
        {
            // Nothing beside them to say something of: of sequences their bytes were kept, and they are documents themselves.
            foreach (var member in sample.Where(member => member.Sha256 is not null))
            {
                yield return member with { Label = default, IsNote = false };
            }

            yield break;
        }

        var labels = sample.Where(member => member.IsNote && member.Label.Label is not null).Select(member => member.Label.Label!).Distinct(StringComparer.Ordinal).ToList();
        var hasPicture = content == LakeContent.Images && sample.Exists(IsPicture);
        foreach (var member in sample.Where(member => !member.IsNote))
        {
            if (member.Rejection is not null || labels.Count == 0)
            {
                yield return member;
            }
            else if (IsPicture(member) || !hasPicture)
            {
                yield return member with { Label = new FileLabel(labels.Count == 1 ? labels[0] : null, null), IsNote = labels.Count > 1, Detail = labels.Count > 1 ? string.Join(", ", labels) : null };
            }
        }
    }

    private static string TextOf(FileRange bytes)
    {
        var content = new byte[bytes.Length];
        bytes.Read(0, content);
        return Encoding.UTF8.GetString(content).Trim();
    }

    /// <exception cref="JsonException">It is no object.</exception>
    private static FileLabel LabelOf(string extension, string text, out bool hasText)
    {
        hasText = false;
        var label = extension == ".cls" ? text : JsonLabel(text, out hasText);
        return new FileLabel(string.IsNullOrEmpty(label) ? null : label, null);
    }

    private static string? JsonLabel(string text, out bool hasText)
    {
        using var json = JsonDocument.Parse(text);
        var note = json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement : throw new JsonException();
        hasText = note.TryGetProperty("text", out _) || note.TryGetProperty("sequence", out _) || note.TryGetProperty("tokens", out _);
        return note.TryGetProperty("label", out var label) || note.TryGetProperty("cls", out label)
            ? label.ValueKind switch { JsonValueKind.String => label.GetString()?.Trim(), JsonValueKind.Number => label.GetRawText(), _ => null }
            : null;
    }

    private static bool IsPicture(UnpackedMember member) => Pictures.Contains(member.Name[KeyOf(member.Name).Length..].TrimStart('.'));

    private static string KeyOf(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? name : name[..dot];
    }
}
