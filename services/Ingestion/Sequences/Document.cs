using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sequences;

/// <summary>A document as it is normalised, before it is cut into windows.</summary>
/// <param name="Label">What its record says; null where there is none.</param>
/// <param name="Split">What its record says; null where there is none.</param>
/// <param name="Tags">For each UTF-16 unit of the text the name of its tag; null where there is none. Null where the record tags nothing.</param>
internal sealed record Document(string Text, string? Label = null, Split? Split = null, string?[]? Tags = null);

/// <summary>A record of a file: a document, or why there is none.</summary>
/// <param name="Number">In its file, from 0; null for a file that is one document.</param>
/// <param name="Raw">What was read of a rejected record, for quarantine; null where it is too much.</param>
internal readonly record struct ReadRecord(int? Number, Document? Document, SequenceRejectedException? Rejected = null, byte[]? Raw = null);

/// <summary>Reads the records of one format, one in memory at a time. One that cannot be used stops none of the others.</summary>
internal interface IDocumentFormat
{
    /// <summary>Such as <c>jsonl</c>.</summary>
    string Name { get; }

    /// <exception cref="SequenceRejectedException">What is left of the file cannot be used.</exception>
    IEnumerable<ReadRecord> Read(LineReader lines);
}
