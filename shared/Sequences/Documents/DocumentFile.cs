using System.Diagnostics;
using System.Text;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Records;
using Pipeline.Sequences.Normalizing;

namespace Pipeline.Sequences.Documents;

/// <summary>Reads the documents of one file: UTF-8 with or without a byte order mark, or UTF-16 with one; plain or in gzip, told by the
/// content. DNA and protein are FASTA or FASTQ, told by the first letter; .jsonl, .ndjson and .json are JSON lines or an array, .csv and
/// .tsv are delimited text, told by the name, before .gz; any other file of text is one document.</summary>
public sealed class DocumentFile(string modality, InputSpec input, SequenceRules rules, FindingList findings)
{
    private const int HeadBytes = 4096;

    private Stream? _content;

    /// <summary>Of the file at hand, as far as it is unpacked; 0 to 1.</summary>
    public double ShareRead => _content is { Length: > 0 } content ? (double)content.Position / content.Length : 1;

    /// <param name="file">Can be read again from its start.</param>
    /// <param name="path">Its name says the format.</param>
    /// <exception cref="SequenceRejectedException">The file, or what is left of it, cannot be used.</exception>
    public IEnumerable<(string Format, ReadRecord Record)> Read(Stream file, string path)
    {
        var isGzip = UnpackedGzip.Is(file);
        var name = isGzip && path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        using var unpacked = isGzip ? UnpackedGzip.Open(file, rules, start => NameOf(start, name)) : null;
        var content = _content = unpacked ?? file;
        var encoding = EncodedText.Of(content);
        var format = FormatOf(encoding.Open(content), name);
        using var records = format.Read(new LineReader(encoding.Open(content), rules.MaxLineBytes, encoding.Start)).GetEnumerator();
        while (Guarded(records.MoveNext))
            yield return (format.Name, Checked(records.Current));
    }

    /// <summary>Reads the row of a table: one document, whatever it begins with.</summary>
    /// <param name="row">UTF-8.</param>
    /// <exception cref="SequenceRejectedException">It cannot be used.</exception>
    public IEnumerable<(string Format, ReadRecord Record)> ReadRow(Stream row, string format)
    {
        var bytes = new byte[row.Length];
        row.ReadExactly(bytes);
        LineReader.VerifyUtf8(bytes, 0);
        yield return (format, Checked(new ReadRecord(null, new Document(Normalizer().Normalize(bytes, 1)))));
    }

    private static ReadRecord Checked(ReadRecord record) => record.Document is { Text.Length: 0 }
        ? record with { Document = null, Rejected = new SequenceRejectedException(RejectionReason.EmptySample) }
        : record;

    // Invalid UTF-16 is found while it is read.
    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException)
        {
            throw new SequenceRejectedException(RejectionReason.InvalidEncoding, "it has a byte order mark of UTF-16 and is none");
        }
    }

    /// <returns>Of the format, as far as it can be told; empty where it cannot.</returns>
    private string NameOf(Stream start, string name)
    {
        try
        {
            return FormatOf(EncodedText.Of(start).Open(start), name).Name;
        }
        catch (SequenceRejectedException)
        {
            return "";
        }
    }

    private ISequenceNormalizer Normalizer() => modality switch
    {
        Modalities.Text => new TextNormalizer(input.LowerCase, rules.MaxSequenceLength),
        Modalities.Dna => new LetterNormalizer(Alphabet.Dna, rules.MaxSequenceLength),
        Modalities.Protein => new LetterNormalizer(Alphabet.Protein, rules.MaxSequenceLength),
        _ => throw new UnreachableException($"'{modality}' is no sequence."),
    };

    private IDocumentFormat FormatOf(Stream content, string name)
    {
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (extension is ".jsonl" or ".ndjson" or ".json")
            return new JsonLinesText(Normalizer, rules.Labels?.Column, findings);

        if (extension is ".csv" or ".tsv")
            return new DelimitedText(Normalizer, rules.MaxLineBytes, rules.Labels?.Column, findings);

        if (modality == Modalities.Text)
            return new PlainText(Normalizer);

        var head = new byte[HeadBytes];
        var read = Guarded(() => content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        byte? start = head.AsSpan(0, read).TrimStart(" \t\r\n"u8) is [var first, ..] ? first : null;
        return start switch
        {
            (byte)'>' or (byte)';' => new FastaRecords(Normalizer),
            (byte)'@' => new FastqRecords(Normalizer),
            null => throw new SequenceRejectedException(RejectionReason.EmptySample),
            _ => throw new SequenceRejectedException(
                RejectionReason.MalformedRecord,
                $"it begins with '{LakeNames.Shown($"{(char)start}")}'; it must begin with '>' (FASTA), or '@' (FASTQ), or its name must "
                    + "end with .jsonl, .csv or .tsv"),
        };
    }
}

/// <summary>A normalised document, before it is cut into windows.</summary>
/// <param name="Label">What its record says.</param>
/// <param name="Split">What its record says.</param>
/// <param name="Tags">For each UTF-16 unit of the text the name of its tag; null where there is none. Null where the record tags
/// nothing.</param>
public sealed record Document(string Text, string? Label = null, Split? Split = null, string?[]? Tags = null);

/// <summary>A record of a file: a document, or why there is none.</summary>
/// <param name="Number">In its file, from 0; null for a file that is one document.</param>
/// <param name="Raw">What was read of a rejected record, for quarantine; null where it is too much.</param>
public readonly record struct ReadRecord(int? Number, Document? Document, SequenceRejectedException? Rejected = null, byte[]? Raw = null)
{
    /// <param name="read">Throws <see cref="SequenceRejectedException"/> where the record cannot be used.</param>
    /// <param name="raw">What was read of it then.</param>
    internal static ReadRecord Of(int number, Func<Document> read, Func<byte[]?> raw)
    {
        try
        {
            return new ReadRecord(number, read());
        }
        catch (SequenceRejectedException rejected)
        {
            return new ReadRecord(number, null, rejected, raw());
        }
    }
}

/// <summary>Reads the records of one format, one in memory at a time. One that cannot be used stops none of the others.</summary>
internal interface IDocumentFormat
{
    /// <summary>Such as <c>jsonl</c>.</summary>
    string Name { get; }

    /// <exception cref="SequenceRejectedException">What is left of the file cannot be used.</exception>
    IEnumerable<ReadRecord> Read(LineReader lines);
}

/// <summary>What affects how documents are read, beside the experiment's modality and input.</summary>
/// <param name="MaxLineBytes">Of a line, or of a record of CSV.</param>
/// <param name="MaxSequenceLength">Letters of a document, before it is cut into windows.</param>
/// <param name="MaxUnpackedBytes">Of a file in gzip: no more than of a plain one.</param>
/// <param name="MaxUnpackedRatio">Bytes that one byte of a file in gzip may unpack to.</param>
/// <param name="Labels">What the experiment says of labels.</param>
public sealed record SequenceRules(
    int MaxLineBytes, int MaxSequenceLength, long MaxUnpackedBytes, int MaxUnpackedRatio, LabelSpec? Labels = null);
