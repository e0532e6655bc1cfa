namespace Pipeline.Sequences.Documents;

/// <summary>What affects how documents are read, beside the experiment's modality and input.</summary>
/// <param name="MaxLineBytes">Of a line, or of a record of CSV.</param>
/// <param name="MaxSequenceLength">Letters of a document, before it is cut into windows.</param>
/// <param name="MaxUnpackedBytes">Of a file in gzip: no more than of a plain one.</param>
/// <param name="MaxUnpackedRatio">Bytes that one byte of a file in gzip may unpack to.</param>
/// <param name="Labels">What the experiment says of labels.</param>
public sealed record SequenceRules(
    int MaxLineBytes, int MaxSequenceLength, long MaxUnpackedBytes, int MaxUnpackedRatio, LabelSpec? Labels = null);
