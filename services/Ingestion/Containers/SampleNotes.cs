using System.Text;
using System.Text.Json;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// Samples of a tar as WebDataset writes them: members side by side with the same name up to the first dot after the last slash are one sample;
/// <c>.cls</c> is the label as text, <c>.json</c> an object with <c>label</c> or <c>cls</c>, <c>.txt</c> is left alone.
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

        var content = new byte[bytes.Length];
        bytes.Read(0, content);
        var text = Encoding.UTF8.GetString(content).Trim();
        try
        {
            var label = extension == ".cls" ? text : JsonLabel(text);
            return new UnpackedMember(member.Name, Label: new FileLabel(string.IsNullOrEmpty(label) ? null : label, null), IsNote: true);
        }
        catch (JsonException)
        {
            return member with { Rejection = RejectionReason.Corrupt, Detail = "it is no JSON object", Sha256 = null };
        }
    }

    /// <summary>Gives each image of a sample its label, and leaves the notes out.</summary>
    public static IEnumerable<UnpackedMember> Apply(IEnumerable<UnpackedMember> members)
    {
        var sample = new List<UnpackedMember>();
        foreach (var member in members)
        {
            if (sample.Count > 0 && KeyOf(sample[0].Name) != KeyOf(member.Name))
            {
                foreach (var labelled in Labelled(sample))
                {
                    yield return labelled;
                }

                sample.Clear();
            }

            sample.Add(member);
        }

        foreach (var labelled in Labelled(sample))
        {
            yield return labelled;
        }
    }

    private static IEnumerable<UnpackedMember> Labelled(List<UnpackedMember> sample)
    {
        var labels = sample.Where(member => member.IsNote && member.Label.Label is not null).Select(member => member.Label.Label!).Distinct(StringComparer.Ordinal).ToList();
        var hasPicture = sample.Exists(IsPicture);
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

    /// <exception cref="JsonException">It is no object.</exception>
    private static string? JsonLabel(string text)
    {
        using var json = JsonDocument.Parse(text);
        var note = json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement : throw new JsonException();
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
