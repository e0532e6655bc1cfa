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
            if (lines.Bytes.StartsWith(">"u8) || (lines.IsTooLong && record is null))
            {
                if (record is not null)
                    yield return record.Close(number++);

                record = Open.At(lines, normalizer());
            }
            else if (lines.IsTooLong || !(lines.Bytes.Trim(" \t\r"u8).IsEmpty || lines.Bytes.StartsWith(";"u8)))
            {
                record ??= Open.At(lines, normalizer());
                record.Add(lines);
            }
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

        public static Open At(LineReader lines, ISequenceNormalizer sequence)
        {
            var record = new Open(sequence);
            record.Try(lines, line => record._label = LabelOf(line.Bytes));
            return record;
        }

        public void Add(LineReader lines) => Try(lines, line => sequence.Append(line.Bytes, line.Line));

        public ReadRecord Close(int number)
        {
            try
            {
                return _rejected is null
                    ? new ReadRecord(number, new Document(sequence.Finish(), _label))
                    : new ReadRecord(number, null, _rejected, _raw);
            }
            catch (SequenceRejectedException rejected)
            {
                return new ReadRecord(number, null, rejected);
            }
        }

        private void Try(LineReader lines, Action<LineReader> take)
        {
            if (_rejected is not null)
                return;

            try
            {
                lines.Verify();
                take(lines);
            }
            catch (SequenceRejectedException rejected)
            {
                (_rejected, _raw) = (rejected, lines.Bytes.ToArray());
            }
        }
    }
}
