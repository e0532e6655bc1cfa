using System.IO.Compression;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sequences;

/// <summary>
/// Reads the documents of one file: UTF-8 with or without a byte order mark, or UTF-16 with one; plain or in gzip, told by the content. DNA and protein are FASTA or FASTQ, told by the first
/// letter; .jsonl, .ndjson and .json are JSON lines or an array, .csv and .tsv are delimited text, told by the name, before .gz; any other file of text is one document.
/// </summary>
internal sealed class DocumentFile(string modality, InputSpec input, SequenceRules rules, FindingList findings)
{
    /// <summary>Enough to tell the format.</summary>
    private const int HeadBytes = 4096;

    /// <summary>Small files in gzip may unpack to this much whatever the ratio.</summary>
    private const long AlwaysUnpacked = 16 << 20;

    /// <param name="file">Can be read again from its start.</param>
    /// <param name="path">Its name says the format.</param>
    /// <exception cref="SequenceRejectedException">The file, or what is left of it, cannot be used.</exception>
    public IEnumerable<(string Format, ReadRecord Record)> Read(Stream file, string path)
    {
        using var unpacked = IsGzip(file) ? Unpack(file) : null;
        var name = unpacked is not null && path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        var content = unpacked ?? file;
        var encoding = EncodedText.Of(content);
        var format = FormatOf(encoding.Open(content), name);
        using var records = format.Read(new LineReader(encoding.Open(content), rules.MaxLineBytes, encoding.Start)).GetEnumerator();
        while (Guarded(records.MoveNext))
        {
            yield return (format.Name, Checked(records.Current));
        }
    }

    /// <summary>Reads the row of a table: one document, whatever it begins with.</summary>
    /// <param name="row">UTF-8.</param>
    /// <exception cref="SequenceRejectedException">It cannot be used.</exception>
    public IEnumerable<(string Format, ReadRecord Record)> ReadRow(Stream row, string format)
    {
        var bytes = new byte[row.Length];
        row.ReadExactly(bytes);
        LineReader.VerifyUtf8(bytes, 0);
        var text = Normalizer();
        text.Append(bytes, 1);
        yield return (format, Checked(new ReadRecord(null, new Document(text.Finish()))));
    }

    private static ReadRecord Checked(ReadRecord record) => record.Document is { Text.Length: 0 }
        ? record with { Document = null, Rejected = new SequenceRejectedException(RejectionReason.EmptySample) }
        : record;

    // What UTF-16 cannot be is found while it is read.
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

    private static bool IsGzip(Stream file)
    {
        Span<byte> head = stackalloc byte[3];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return read == head.Length && head.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]);
    }

    // All of it before any is used: what is damaged at its end is damaged.
    private FileStream Unpack(Stream file)
    {
        var most = (long)Math.Min(rules.MaxUnpackedBytes, Math.Max(AlwaysUnpacked, (double)file.Length * rules.MaxUnpackedRatio));
        var unpacked = TemporaryFile.Create();
        try
        {
            using var gzip = new GZipStream(new SealedGzip(file), CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                unpacked.Write(buffer, 0, read);
                if (unpacked.Position > most)
                {
                    throw new SequenceRejectedException(RejectionReason.UnpacksTooLarge, $"more than {most} bytes from {file.Length}");
                }
            }

            return SealedGzip.TakeOff(unpacked) ? unpacked : throw new InvalidDataException();
        }
        catch (InvalidDataException)
        {
            unpacked.Dispose();
            throw new SequenceRejectedException(RejectionReason.Corrupt, "the gzip is cut short or damaged; nothing of it is used");
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    private ISequenceNormalizer Normalizer() => SequenceNormalizers.Of(modality, input, rules.MaxSequenceLength);

    private IDocumentFormat FormatOf(Stream content, string name)
    {
        switch (Path.GetExtension(name).ToLowerInvariant())
        {
            case ".jsonl" or ".ndjson" or ".json":
                return new JsonLinesText(Normalizer, rules.Labels?.Column, findings);
            case ".csv" or ".tsv":
                return new DelimitedText(Normalizer, rules.MaxLineBytes, rules.Labels?.Column, findings);
        }

        if (modality == Modalities.Text)
        {
            return new PlainText(Normalizer);
        }

        var head = new byte[HeadBytes];
        var read = Guarded(() => content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        byte? start = head.AsSpan(0, read).TrimStart(" \t\r\n"u8) is [var first, ..] ? first : null;
        return start switch
        {
            (byte)'>' or (byte)';' => new FastaRecords(Normalizer),
            (byte)'@' => new FastqRecords(Normalizer),
            null => throw new SequenceRejectedException(RejectionReason.EmptySample),
            _ => throw new SequenceRejectedException(RejectionReason.MalformedRecord, $"it begins with '{LakeNames.Shown($"{(char)start}")}'; valid is '>' (FASTA), '@' (FASTQ), or a name that ends with .jsonl, .csv or .tsv"),
        };
    }
}
