using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;
using Pipeline.Likeness;
using Pipeline.Sequences.Documents;

namespace Pipeline.Ingestion.Decoding;

/// <summary>The sequences of one part: the windows of all documents in its files.</summary>
internal sealed class SequenceRows : PartRows
{
    /// <summary>After so many unusable records of one file the rest is not read: it is something else than its name says.</summary>
    private const int MostRejected = 100_000;

    /// <summary>Bytes of text in a part: it lies in memory.</summary>
    private const int MostBytes = 1 << 30;

    private readonly DecodingSpec _decoding;
    private readonly LabelRules _labelRules;
    private readonly DocumentFile _documents;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<long> _starts = [0];
    private readonly List<short> _tags = [];
    private readonly ArrayBufferWriter<byte> _digests = new();
    private readonly ArrayBufferWriter<byte> _tagDigests = new();
    private readonly List<uint> _signatures = [];
    private readonly uint[] _signature = new uint[MinHash.Places];
    private readonly List<int> _ofDocuments = [];
    private readonly OrderedDictionary<string, int> _tagNames = new(StringComparer.Ordinal);
    private int _read;

    public SequenceRows(DecodingSpec decoding)
    {
        _decoding = decoding;
        _labelRules = new LabelRules(decoding.Sequences!.Labels);
        _documents = new DocumentFile(decoding.Modality, decoding.Input, decoding.Sequences, Findings);
    }

    public override async Task AddAsync(int number, ReadItem item, Func<Rejection, ReadOnlyMemory<byte>?, Task> reject)
    {
        var source = item.Source;
        var content = item.Content ?? ArraySegment<byte>.Empty;
        using var file = (Stream?)item.File ?? new MemoryStream(content.Array!, content.Offset, content.Count, writable: false);
        var documents = source.Table is { } table
            ? _documents.ReadRow(file, $"{table}".ToLowerInvariant())
            : _documents.Read(file, source.Path);
        var rejected = 0;
        try
        {
            foreach (var (format, record) in documents)
            {
                var path = record.Number is { } at ? $"{source.Path}#{at}" : source.Path;
                if (record.Document is { } document)
                {
                    Add(number, source, path, format, document);
                    continue;
                }

                var why = record.Rejected!;
                if (record.Number is null)
                    throw why;

                var sha256 = record.Raw is { Length: > 0 } raw ? Convert.ToHexStringLower(SHA256.HashData(raw)) : null;
                await reject(new Rejection(path, why.Reason, why.Detail, sha256, why.Lost), record.Raw is { } bytes ? bytes : null);
                if (++rejected == MostRejected)
                {
                    var lost = (long)(rejected * ((1 / _documents.ShareRead) - 1));
                    var told = $"{rejected} of its records cannot be used; the rest is not read, about {lost} records";
                    throw new SequenceRejectedException(RejectionReason.MalformedRecord, told, lost);
                }
            }
        }
        catch (SequenceRejectedException broken)
        {
            // What is left of the file cannot be used.
            if (broken.Lost > 0)
                Findings.Add(new Finding(WarningCode.CutArchive, broken.Lost, source.Path, broken.Detail ?? ""));

            await reject(new Rejection(source.Path, broken.Reason, broken.Detail, source.Sha256, broken.Lost), item.Content);
        }
    }

    public override IReadOnlyList<SafetensorsTensor> Samples() =>
    [
        new("text", SafetensorsType.U8, [_text.WrittenCount], _text.WrittenMemory),
        SafetensorsTensor.Of<long>("start", CollectionsMarshal.AsSpan(_starts), _starts.Count),
        .. _tagNames.Count == 0 ? [] : new[] { SafetensorsTensor.Of<short>("tag", CollectionsMarshal.AsSpan(_tags), _tags.Count) },
    ];

    public override ImportPart Describe(ImportPart part) => base.Describe(part) with
    {
        Rows = Count,
        Documents = _read,
        Tags = _tagNames.Count == 0 ? null : [.. _tagNames.Keys],
    };

    protected override IEnumerable<SafetensorsTensor> Looks()
    {
        yield return new("digest", SafetensorsType.U8, [Count, SHA256.HashSizeInBytes], _digests.WrittenMemory);
        yield return SafetensorsTensor.Of<uint>("signature", CollectionsMarshal.AsSpan(_signatures), Count, MinHash.Places);
        yield return SafetensorsTensor.Of<int>("document", CollectionsMarshal.AsSpan(_ofDocuments), Count);
        if (_tagNames.Count > 0)
            yield return new("tags", SafetensorsType.U8, [Count, SHA256.HashSizeInBytes], _tagDigests.WrittenMemory);
    }

    private void Add(int number, SourceItem source, string path, string format, Document document)
    {
        var isCut = document.Text.Length > _decoding.Input.Window;
        // A record's own label goes before that of its file's place.
        var label = _labelRules.Of(document.Label ?? source.Label);
        foreach (var (start, length) in DocumentWindows.Of(
            document.Text, _decoding.Input.Window, atSpaces: _decoding.Modality == Modalities.Text))
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
            var window = isCut ? $"{path}@{start}" : path;
            Add(number, label, document.Split ?? source.Split, new ImportedItem(window, source.Bytes, source.Sha256!, length, 1, format));
        }

        _read++;
        if (_text.WrittenCount > MostBytes)
        {
            throw new PipelineException(
                $"The chunk of '{source.Path}' has more than {MostBytes >> 20} MB of text, unpacked; chunks (Ingestion:ChunkItems, "
                    + "Ingestion:ChunkBytes) or files must be smaller.");
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
            var tag = name is null ? (short)-1 : checked((short)NumberOf(_tagNames, name));
            for (var i = 0; i < rune.Utf8SequenceLength; i++)
                _tags.Add(tag);

            isTagged |= name is not null;
            if (!tags.IsEmpty)
                Encoding.UTF8.GetBytes($"{rune.Utf8SequenceLength} {name}\n", names);

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
}
