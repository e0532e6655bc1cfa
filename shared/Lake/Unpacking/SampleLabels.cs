using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Unpacking;

/// <summary>Samples of a tar as WebDataset writes them: members with the same name up to the first dot after the last slash are one sample,
/// wherever in the tar they lie. Its notes say its label.</summary>
public sealed class SampleLabels
{
    private static readonly HashSet<string> Pictures = new(
        ["jpg", "jpeg", "png", "gif", "bmp", "webp", "img", "image"], StringComparer.OrdinalIgnoreCase);

    private readonly LakeContent _content;
    private readonly Dictionary<UInt128, Sample> _samples = [];

    public SampleLabels(IEnumerable<UnpackedMember> members, LakeContent content)
    {
        _content = content;
        foreach (var member in members)
        {
            var key = KeyOf(member.Name);
            if (!_samples.TryGetValue(key, out var sample))
                _samples.Add(key, sample = new Sample());

            sample.Add(member, content);
        }
    }

    /// <summary>Gives each image or document of a sample its label, and leaves the notes out.</summary>
    /// <param name="members">As they were given before.</param>
    public IEnumerable<UnpackedMember> Apply(IEnumerable<UnpackedMember> members)
    {
        foreach (var member in members)
        {
            var sample = _samples[KeyOf(member.Name)];
            if (member.IsNote)
            {
                // Nothing beside it to say something of: of sequences its bytes were kept, and it is a document itself.
                if (!sample.HasContent && member.Sha256 is not null)
                    yield return member with { Label = default, IsNote = false, LabelFault = null, Detail = null };
            }
            else if (member.Rejection is not null || !sample.IsLabelled)
            {
                yield return member;
            }
            else if (IsPicture(member) || !sample.HasPicture)
            {
                yield return sample.Give(member);
            }
        }
    }

    /// <summary>Labels of images that are not there.</summary>
    /// <param name="archive">Its path.</param>
    public IEnumerable<Rejection> Unmatched(string archive) => _content == LakeContent.Sequences ? [] : _samples.Values
        .Where(sample => sample is { IsLabelled: true, HasContent: false })
        .Select(
            sample => new Rejection($"{archive}!/{sample.Note}", RejectionReason.UnknownFile, "no image of that name lies in the archive"));

    private static bool IsPicture(UnpackedMember member) => Pictures.Contains(member.Name[StemOf(member.Name).Length..].TrimStart('.'));

    private static UInt128 KeyOf(string name) => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(StemOf(name)));

    private static string StemOf(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? name : name[..dot];
    }

    private sealed class Sample
    {
        private string? _label;
        private string? _others;
        private RejectionReason? _fault;
        private string? _detail;

        /// <summary>The first note with a label.</summary>
        public string? Note { get; private set; }

        public bool IsLabelled => Note is not null;

        public bool HasContent { get; private set; }

        public bool HasPicture { get; private set; }

        public void Add(UnpackedMember member, LakeContent content)
        {
            if (!member.IsNote)
            {
                HasContent = true;
                HasPicture |= content == LakeContent.Images && IsPicture(member);
                return;
            }

            if (member.LabelFault is { } fault)
            {
                (_fault, _detail) = (fault, member.Detail);
            }
            else if (member.Label.Label is { } label && label != _label)
            {
                _others = _label is null ? null : $"{_others ?? _label}, {label}";
                _label ??= label;
            }

            Note ??= member.LabelFault is not null || member.Label.Label is not null ? member.Name : null;
        }

        public UnpackedMember Give(UnpackedMember member) =>
            _others is not null ? member with { Label = default, LabelFault = RejectionReason.TwoLabels, Detail = _others }
            : _label is null ? member with { Label = default, LabelFault = _fault, Detail = _detail }
            : member with { Label = new FileLabel(_label, null) };
    }
}

/// <summary>What members of a tar say of others, as WebDataset writes them: <c>.cls</c> is the label as text, <c>.json</c> an object with
/// <c>label</c> or <c>cls</c>, <c>.txt</c> is left alone. Of sequences <c>.txt</c> and all others are documents, and so are <c>.cls</c> and
/// <c>.json</c> without one beside them, and a <c>.json</c> with text of its own.</summary>
internal static class SampleNotes
{
    private const int MostBytes = 1 << 20;

    public static bool IsNote(string name) => Path.GetExtension(name).ToLowerInvariant() is ".cls" or ".json" or ".txt";

    /// <summary>A note with the label in it; rejected where it cannot be understood.</summary>
    public static UnpackedMember Read(UnpackedMember member, FileRange bytes)
    {
        var extension = Path.GetExtension(member.Name).ToLowerInvariant();
        var note = new UnpackedMember(member.Name) { IsNote = true };
        if (extension == ".txt")
            return note;

        if (bytes.Length > MostBytes)
        {
            return note with
            {
                LabelFault = RejectionReason.BadLabel,
                Detail = $"the {extension} beside it has {bytes.Length} bytes; at "
                + $"most {MostBytes}"
            };
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
            return member;

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
