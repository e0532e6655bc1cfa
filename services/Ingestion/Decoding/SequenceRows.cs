using Pipeline.Likeness;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;
using Pipeline.Sequences.Documents;

namespace Pipeline.Ingestion.Decoding;

/// <summary>The sequences of one part: the windows of all documents in its files.</summary>
internal sealed class SequenceRows : IPartRows
{
    /// <summary>Of one file so many unusable records are told and the rest is read no further: it is something else than its name says.</summary>
    private const int MostRejected = 100_000;

    /// <summary>Bytes of text in a part: it lies in memory.</summary>
    private const int MostBytes = 1 << 30;

    private readonly FindingList _findings = new();
    private readonly LabelRules _labelRules;
    private readonly DocumentFile _documents;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<long> _starts = [0];
    private readonly List<short> _tags = [];
    private readonly ArrayBufferWriter<byte> _digests = new();
    private readonly ArrayBufferWriter<byte> _tagDigests = new();
    private readonly List<uint> _signatures = [];
    private readonly uint[] _signature = new uint[MinHash.Places];
    private readonly List<int> _labels = [];
    private readonly List<int> _numbers = [];
    private readonly List<int> _splits = [];
    private readonly List<int> _ofDocuments = [];
    private readonly Spool<ImportedItem> _items = new();
    private readonly OrderedDictionary<string, int> _classes = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, short> _tagNames = new(StringComparer.Ordinal);
    private readonly DecodingSpec _decoding;
    private int _read;

    public SequenceRows(DecodingSpec decoding)
    {
        _decoding = decoding;
        _labelRules = new LabelRules(decoding.Sequences!.Labels);
        _documents = new DocumentFile(decoding.Modality, decoding.Input, decoding.Sequences, _findings);
    }

    public int Count => (int)_items.Count;

    public Spool<ImportedItem> Items => _items;

    public IReadOnlyList<string> Classes => _classes.Keys;

    public IEnumerable<(Rejection Rejection, ReadOnlyMemory<byte>? Content)> Add(int number, ReadItem item)
    {
        using var file = (Stream?)item.File ?? StreamOf(item.Content!.Value);
        using var records = (item.Source.Table is { } table ? _documents.ReadRow(file, $"{table}".ToLowerInvariant()) : _documents.Read(file, item.Source.Path)).GetEnumerator();
        var rejected = 0;
        while (true)
        {
            ReadRecord record;
            string format;
            (Rejection, ReadOnlyMemory<byte>?)? broken = null;
            try
            {
                if (!records.MoveNext())
                {
                    yield break;
                }

                (format, record) = records.Current;
                if (record.Number is null && record.Rejected is not null)
                {
                    throw record.Rejected;
                }
            }
            catch (SequenceRejectedException rejection)
            {
                broken = (Whole(item, rejection.Reason, rejection.Detail, rejection.Lost), item.Content);
                (format, record) = ("", default);
            }

            if (broken is { } whole)
            {
                yield return whole;
                yield break;
            }

            var path = record.Number is { } at ? $"{item.Source.Path}#{at}" : item.Source.Path;
            if (record.Document is { } document)
            {
                Add(number, item.Source, path, format, document);
                continue;
            }

            var sha256 = record.Raw is { Length: > 0 } raw ? Convert.ToHexStringLower(SHA256.HashData(raw)) : null;
            yield return (new Rejection(path, record.Rejected!.Reason, record.Rejected.Detail, sha256, record.Rejected.Lost), record.Raw is { } bytes ? bytes : null);
            if (++rejected == MostRejected)
            {
                var lost = (long)(rejected * ((1 / _documents.ShareRead) - 1));
                yield return (Whole(item, RejectionReason.MalformedRecord, $"{rejected} of its records cannot be used; the rest is not read, about {lost} records", lost), item.Content);
                yield break;
            }
        }
    }

    private Rejection Whole(ReadItem item, RejectionReason reason, string? detail, long lost)
    {
        if (lost > 0)
        {
            _findings.Add(new Finding(WarningCode.CutArchive, lost, item.Source.Path, detail ?? ""));
        }

        return new Rejection(item.Source.Path, reason, detail, item.Source.Sha256, lost);
    }

    private static MemoryStream StreamOf(ArraySegment<byte> content) => new(content.Array!, content.Offset, content.Count, writable: false);

    public IReadOnlyList<SafetensorsTensor> Samples() =>
    [
        new("text", SafetensorsType.U8, [_text.WrittenCount], _text.WrittenMemory),
        SafetensorsTensor.Of<long>("start", CollectionsMarshal.AsSpan(_starts), _starts.Count),
        .. _tagNames.Count == 0 ? [] : new[] { SafetensorsTensor.Of<short>("tag", CollectionsMarshal.AsSpan(_tags), _tags.Count) },
    ];

    public IReadOnlyList<SafetensorsTensor> Index() =>
    [
        new("digest", SafetensorsType.U8, [Count, SHA256.HashSizeInBytes], _digests.WrittenMemory),
        SafetensorsTensor.Of<uint>("signature", CollectionsMarshal.AsSpan(_signatures), Count, MinHash.Places),
        SafetensorsTensor.Of<int>("document", CollectionsMarshal.AsSpan(_ofDocuments), Count),
        SafetensorsTensor.Of<int>("label", CollectionsMarshal.AsSpan(_labels), Count),
        SafetensorsTensor.Of<int>("item", CollectionsMarshal.AsSpan(_numbers), Count),
        SafetensorsTensor.Of<int>("split", CollectionsMarshal.AsSpan(_splits), Count),
        .. _tagNames.Count == 0 ? [] : new[] { new SafetensorsTensor("tags", SafetensorsType.U8, [Count, SHA256.HashSizeInBytes], _tagDigests.WrittenMemory) },
    ];

    public ImportPart Describe(ImportPart part) => part with { Findings = _findings.All is [_, ..] found ? found : null, Rows = Count, Documents = _read, Tags = _tagNames.Count == 0 ? null : [.. _tagNames.Keys] };

    public void Dispose() => _items.Dispose();

    private void Add(int number, SourceItem source, string path, string format, Document document)
    {
        var isCut = document.Text.Length > _decoding.Input.Window;
        // What a record says itself goes before what its file's place says.
        var label = _labelRules.Of(document.Label ?? source.Label) is { } name ? NumberOf(_classes, name, _classes.Count) : -1;
        var split = (document.Split ?? source.Split) is { } own ? (int)own : -1;
        foreach (var (start, length) in DocumentWindows.Of(document.Text, _decoding.Input.Window, atSpaces: _decoding.Modality == Modalities.Text))
        {
            var letters = document.Text.AsSpan(start, length);
            var first = _text.WrittenCount;
            Encoding.UTF8.GetBytes(letters, _text);
            _starts.Add(_text.WrittenCount);
            Digest(_text.WrittenSpan[first..], _digests);
            AddTags(letters, document.Tags is { } tags ? tags.AsSpan(start, length) : default);
            MinHash.Write(Shingles.Of(_decoding.Modality, letters), _signature);
            _signatures.AddRange(_signature);
            _ofDocuments.Add(_read);
            _labels.Add(label);
            _numbers.Add(number);
            _splits.Add(split);
            _items.Add(new ImportedItem(isCut ? $"{path}@{start}" : path, source.Bytes, source.Sha256!, length, 1, format));
        }

        _read++;
        CheckRoom(source);
    }

    /// <exception cref="PipelineException">It is more than a part may hold.</exception>
    private void CheckRoom(SourceItem source)
    {
        if (_text.WrittenCount > MostBytes)
        {
            throw new PipelineException($"The chunk of '{source.Path}' has more than {MostBytes >> 20} MB of text, unpacked; chunks (Ingestion:ChunkItems, Ingestion:ChunkBytes) or files must be smaller.");
        }
    }

    // Of each byte that of its character; both halves of a surrogate pair have the same.
    private void AddTags(ReadOnlySpan<char> letters, ReadOnlySpan<string?> tags)
    {
        var names = new ArrayBufferWriter<byte>();
        var isTagged = false;
        for (var at = 0; at < letters.Length;)
        {
            Rune.DecodeFromUtf16(letters[at..], out var rune, out var units);
            var name = tags.IsEmpty ? null : tags[at];
            var tag = name is null ? (short)-1 : NumberOf(_tagNames, name, checked((short)_tagNames.Count));
            for (var i = 0; i < rune.Utf8SequenceLength; i++)
            {
                _tags.Add(tag);
            }

            isTagged |= name is not null;
            if (!tags.IsEmpty)
            {
                Encoding.UTF8.GetBytes($"{rune.Utf8SequenceLength} {name}\n", names);
            }

            at += units;
        }

        // A sequence of which no token has a tag is as one without tags.
        Digest(isTagged ? names.WrittenSpan : [], _tagDigests);
    }

    private static void Digest(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> digests)
    {
        SHA256.HashData(bytes, digests.GetSpan(SHA256.HashSizeInBytes));
        digests.Advance(SHA256.HashSizeInBytes);
    }

    private static T NumberOf<T>(OrderedDictionary<string, T> names, string name, T next)
    {
        names.TryAdd(name, next);
        return names[name];
    }
}
