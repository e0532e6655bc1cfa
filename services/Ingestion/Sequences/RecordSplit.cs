using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Sequences;

/// <summary>The split that a record says it lies in.</summary>
internal static class RecordSplit
{
    private const int MostShown = 40;

    /// <param name="name">As written.</param>
    /// <param name="where">The record, for errors.</param>
    /// <returns>Null for a blank name.</returns>
    /// <exception cref="SequenceRejectedException">There is no such split.</exception>
    public static Split? Of(string name, string where) => string.IsNullOrWhiteSpace(name)
        ? null
        : SplitNames.Find(name.Trim())
            ?? throw new SequenceRejectedException(
                RejectionReason.MalformedRecord, $"{where} names the split '{LakeNames.Shown(name.Length <= MostShown ? name : name[..MostShown] + "…")}'; valid are {SplitNames.Valid}, or nothing");
}
