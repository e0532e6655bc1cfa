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
        // Where the first line is wrong, it is not known what belongs to the record: the next line may begin another.
        var (first, left, isCut) = (lines.Line, 0, false);
        try
        {
            lines.Verify();
            Require(lines.Bytes.StartsWith("@"u8), "begins with another letter than '@'");
            var label = FastaRecords.LabelOf(lines.Bytes);
            left = 3;
            Next();
            var letters = lines.Bytes.Length;
            var sequence = normalizer();
            sequence.Append(lines.Bytes, lines.Line);
            Next();
            Require(
                lines.Bytes.StartsWith("+"u8),
                "begins with another letter than '+'; a record must have four lines, so sequences over several lines are not read");
            Next();
            Require(lines.Bytes.Length == letters, $"has {lines.Bytes.Length} qualities for {letters} letters");
            return new ReadRecord(number, new Document(sequence.Finish(), label));
        }
        catch (SequenceRejectedException rejected)
        {
            var raw = isCut ? null : lines.Bytes.ToArray();
            while (left > 0 && lines.Read())
                left--;

            return new ReadRecord(number, null, rejected, raw);
        }

        void Next()
        {
            left--;
            isCut = !lines.Read();
            if (isCut)
            {
                throw new SequenceRejectedException(
                    RejectionReason.MalformedRecord, $"the record at line {first} has fewer than four lines");
            }

            lines.Verify();
        }

        void Require(bool isValid, string how)
        {
            if (!isValid)
                throw new SequenceRejectedException(RejectionReason.MalformedRecord, $"line {lines.Line} {how}");
        }
    }
}
