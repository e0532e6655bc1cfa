using Pipeline.Lake.Records;
using Pipeline.Sequences.Normalizing;

namespace Pipeline.Sequences.Documents;

/// <summary>FASTQ (Cock et al. 2010), four lines a record: <c>@id …</c>, letters, <c>+</c>, a quality for each letter, which is not used.
/// The label stands as in FASTA.</summary>
internal sealed class FastqRecords(Func<ISequenceNormalizer> normalizer) : IDocumentFormat
{
    public string Name => "fastq";

    public IEnumerable<ReadRecord> Read(LineReader lines)
    {
        var number = 0;
        while (lines.Read())
        {
            if (lines.IsTooLong || !lines.Bytes.Trim(" \t\r"u8).IsEmpty)
                yield return Read(lines, number++);
        }
    }

    private ReadRecord Read(LineReader lines, int number)
    {
        var first = lines.Line;
        SequenceRejectedException? rejected = null;
        byte[]? raw = null;
        string? label = null;
        var sequence = normalizer();
        var letters = 0;
        Try(
            () =>
                label = lines.Bytes.StartsWith("@"u8)
                    ? FastaRecords.LabelOf(lines.Bytes)
                    : throw Malformed("begins with another letter than '@'"));
        if (rejected is not null)
        {
            // What belongs to it cannot be known: the next that begins as a record does is one.
            return new ReadRecord(number, null, rejected, raw);
        }

        Next(() =>
        {
            letters = lines.Bytes.Length;
            sequence.Append(lines.Bytes, lines.Line);
        });
        Next(
            () =>
                _ = lines.Bytes.StartsWith("+"u8)
                    ? 0
                    : throw Malformed(
                        "begins with another letter than '+'; a record must have four lines, so sequences over several lines are not "
                            + "read"));
        Next(() => _ = lines.Bytes.Length == letters ? 0 : throw Malformed($"has {lines.Bytes.Length} qualities for {letters} letters"));
        string? text = null;
        if (rejected is null)
            Take(() => text = sequence.Finish());

        return text is null ? new ReadRecord(number, null, rejected, raw) : new ReadRecord(number, new Document(text, label));

        void Next(Action take)
        {
            if (lines.Read())
            {
                Try(take);
            }
            else
            {
                rejected ??= new SequenceRejectedException(
                    RejectionReason.MalformedRecord, $"the record at line {first} has fewer than four lines");
            }
        }

        void Try(Action take) => Take(() =>
        {
            lines.Verify();
            take();
        });

        void Take(Action take)
        {
            try
            {
                if (rejected is null)
                    take();
            }
            catch (SequenceRejectedException error)
            {
                (rejected, raw) = (error, lines.Bytes.ToArray());
            }
        }

        SequenceRejectedException Malformed(string how) => new(RejectionReason.MalformedRecord, $"line {lines.Line} {how}");
    }
}
