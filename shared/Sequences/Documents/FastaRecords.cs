using System.Text;
using Pipeline.Lake.Records;
using Pipeline.Sequences.Normalizing;

namespace Pipeline.Sequences.Documents;

/// <summary>FASTA: a line <c>&gt;id …</c>, then lines of letters. A word <c>label=NAME</c> behind the id is the label. Empty lines and
/// those that begin with <c>;</c> are skipped.</summary>
internal sealed class FastaRecords(Func<ISequenceNormalizer> normalizer) : IDocumentFormat
{
    public string Name => "fasta";

    public IEnumerable<ReadRecord> Read(LineReader lines)
    {
        Open? record = null;
        var number = 0;
        while (lines.Read())
        {
            var isHeader = lines.Bytes.StartsWith(">"u8);
            if (!lines.IsTooLong && (lines.Bytes.Trim(" \t\r"u8).IsEmpty || lines.Bytes.StartsWith(";"u8)))
                continue;

            if (isHeader && record is not null)
            {
                yield return record.Close(number++);
                record = null;
            }

            record ??= new Open(normalizer());
            record.Add(lines, isHeader);
        }

        if (record is not null)
            yield return record.Close(number);
    }

    /// <returns>Null where there is none.</returns>
    internal static string? LabelOf(ReadOnlySpan<byte> header)
    {
        const string Mark = "label=";
        var word = Encoding.UTF8.GetString(header).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1).FirstOrDefault(
            word => word.StartsWith(Mark, StringComparison.Ordinal));
        return word is null || word.Length == Mark.Length ? null : word[Mark.Length..];
    }

    /// <summary>A record whose lines are being read.</summary>
    private sealed class Open(ISequenceNormalizer sequence)
    {
        private string? _label;
        private SequenceRejectedException? _rejected;
        private byte[]? _raw;

        public void Add(LineReader line, bool isHeader)
        {
            if (_rejected is not null)
                return;

            try
            {
                line.Verify();
                if (isHeader)
                    _label = LabelOf(line.Bytes);
                else
                    sequence.Append(line.Bytes, line.Line);
            }
            catch (SequenceRejectedException rejected)
            {
                (_rejected, _raw) = (rejected, line.Bytes.ToArray());
            }
        }

        public ReadRecord Close(int number) => _rejected is null
            ? ReadRecord.Of(number, () => new Document(sequence.Finish(), _label), () => null)
            : new ReadRecord(number, null, _rejected, _raw);
    }
}
