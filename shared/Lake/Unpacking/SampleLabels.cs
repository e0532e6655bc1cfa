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

            if (member.IsNote)
                sample.AddNote(member);
            else
                sample.AddContent(isPicture: content == LakeContent.Images && IsPicture(member));
        }
    }

    /// <summary>Gives each image or document of a sample its label, and leaves the notes out.</summary>
    public IEnumerable<UnpackedMember> Apply(IEnumerable<UnpackedMember> members)
    {
        foreach (var member in members)
        {
            var sample = _samples[KeyOf(member.Name)];
            if (member.IsNote)
            {
                // Nothing beside it to say something of: among sequences its bytes were kept, and it is a document itself.
                if (!sample.HasContent && member.Sha256 is not null)
                    yield return member with { Label = default, IsNote = false, LabelFault = null, Detail = null };
            }
            else if (member.Rejection is not null || sample.Note is null)
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
    public IEnumerable<Rejection> Unmatched(string archive) =>
        from sample in _samples.Values
        where _content != LakeContent.Sequences && sample is { Note: not null, HasContent: false }
        select new Rejection($"{archive}!/{sample.Note}", RejectionReason.UnknownFile, "no image of that name lies in the archive");

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

        /// <summary>The first note with a label, or with one that cannot be used.</summary>
        public string? Note { get; private set; }

        public bool HasContent { get; private set; }
        public bool HasPicture { get; private set; }

        public void AddContent(bool isPicture)
        {
            HasContent = true;
            HasPicture |= isPicture;
        }

        public void AddNote(UnpackedMember note)
        {
            if (note.LabelFault is { } fault)
            {
                (_fault, _detail) = (fault, note.Detail);
            }
            else if (note.Label.Label is { } label && label != _label)
            {
                _others = _label is null ? null : $"{_others ?? _label}, {label}";
                _label ??= label;
            }

            Note ??= note.LabelFault is not null || note.Label.Label is not null ? note.Name : null;
        }

        public UnpackedMember Give(UnpackedMember member) =>
            _others is not null ? member with { Label = default, LabelFault = RejectionReason.TwoLabels, Detail = _others }
            : _label is null ? member with { Label = default, LabelFault = _fault, Detail = _detail }
            : member with { Label = new FileLabel(_label, null) };
    }
}

/// <summary>What members of a tar say of others, as WebDataset writes them: <c>.cls</c> is the label as text, <c>.json</c> an object with
/// <c>label</c> or <c>cls</c>, <c>.txt</c> is left alone. Among sequences <c>.txt</c> and all others are documents, and so are <c>.cls</c>
/// and <c>.json</c> without one beside them, and a <c>.json</c> with text of its own.</summary>
internal static class SampleNotes
{
    private const int MostBytes = 1 << 20;

    public static bool IsNote(string name) => ExtensionOf(name) is ".cls" or ".json" or ".txt";

    /// <summary>A note with the label in it; rejected if it cannot be understood.</summary>
    public static UnpackedMember Read(UnpackedMember member, FileRange bytes)
    {
        var extension = ExtensionOf(member.Name);
        var note = new UnpackedMember(member.Name) { IsNote = true };
        if (extension == ".txt")
            return note;

        if (bytes.Length > MostBytes)
        {
            var detail = $"the {extension} beside it has {bytes.Length} bytes; at most {MostBytes}";
            return note with { LabelFault = RejectionReason.BadLabel, Detail = detail };
        }

        return LabelOf(extension, bytes) is var (label, _)
            ? Labelled(note, label)
            : member with { Rejection = RejectionReason.Corrupt, Detail = "it is no JSON object", Sha256 = null };
    }

    /// <summary>A member among sequences: with its label if it is a note once there is a document beside it, else as it is.</summary>
    public static UnpackedMember Mark(UnpackedMember member, FileRange bytes) =>
        ExtensionOf(member.Name) is (".cls" or ".json") and var extension && bytes.Length <= MostBytes
            && LabelOf(extension, bytes) is (var label, false)
            ? Labelled(member with { IsNote = true }, label)
            : member;

    private static string ExtensionOf(string name) => Path.GetExtension(name).ToLowerInvariant();

    private static UnpackedMember Labelled(UnpackedMember note, LabelValue label) => label.Fault is null
        ? note with { Label = new FileLabel(string.IsNullOrWhiteSpace(label.Text) ? null : label.Text.Trim(), null) }
        : note with { LabelFault = RejectionReason.BadLabel, Detail = label.Fault };

    /// <returns>Null if it should be a JSON object and is none.</returns>
    private static (LabelValue Label, bool HasText)? LabelOf(string extension, FileRange bytes)
    {
        var content = new byte[bytes.Length];
        bytes.Read(0, content);
        var text = content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
        if (extension == ".cls")
            return (LabelValue.Of(text), false);

        JsonElement note;
        try
        {
            note = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }

        if (note.ValueKind != JsonValueKind.Object)
            return null;

        var hasText = note.TryGetProperty("text", out _) || note.TryGetProperty("sequence", out _) || note.TryGetProperty("tokens", out _);
        try
        {
            var isLabelled = note.TryGetProperty("label", out var label) || note.TryGetProperty("cls", out label);
            return (isLabelled ? LabelValue.Of(label) : default, hasText);
        }
        catch (InvalidOperationException)
        {
            return (new LabelValue(null, "text that is no UTF-8"), hasText);
        }
    }
}
