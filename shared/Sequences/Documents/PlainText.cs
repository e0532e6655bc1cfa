using Pipeline.Lake.Records;
using Pipeline.Sequences.Normalizing;

namespace Pipeline.Sequences.Documents;

/// <summary>A file that is one document.</summary>
internal sealed class PlainText(Func<ISequenceNormalizer> normalizer) : IDocumentFormat
{
    public string Name => "text";

    public IEnumerable<ReadRecord> Read(LineReader lines)
    {
        var text = normalizer();
        while (lines.Read())
        {
            lines.Verify();
            if (lines.Bytes.Contains((byte)0))
                throw new SequenceRejectedException(RejectionReason.NotText, $"line {lines.Line} has a byte of 0");

            text.Append(lines.Bytes, lines.Line);
            text.Append("\n"u8, lines.Line);
        }

        yield return new ReadRecord(null, new Document(text.Finish()));
    }
}
