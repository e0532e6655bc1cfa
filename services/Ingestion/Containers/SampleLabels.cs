using System.IO.Hashing;
using System.Text;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// Samples of a tar as WebDataset writes them: members with the same name up to the first dot after the last slash are one sample, wherever in the tar they lie. Its notes say its label.
/// </summary>
internal sealed class SampleLabels
{
    private static readonly HashSet<string> Pictures = new(["jpg", "jpeg", "png", "gif", "bmp", "webp", "img", "image"], StringComparer.OrdinalIgnoreCase);

    private readonly LakeContent _content;
    private readonly Dictionary<UInt128, Sample> _samples = [];

    public SampleLabels(IEnumerable<UnpackedMember> members, LakeContent content)
    {
        _content = content;
        foreach (var member in members)
        {
            var key = KeyOf(member.Name);
            if (!_samples.TryGetValue(key, out var sample))
            {
                _samples.Add(key, sample = new Sample());
            }

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
                {
                    yield return member with { Label = default, IsNote = false, LabelFault = null, Detail = null };
                }
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
        .Select(sample => new Rejection($"{archive}!/{sample.Note}", RejectionReason.UnknownFile, "no image of that name lies in the archive"));

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
