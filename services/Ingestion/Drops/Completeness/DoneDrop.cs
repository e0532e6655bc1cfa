namespace Pipeline.Ingestion.Drops.Completeness;

/// <summary>First line of a done drop; its events follow. The same records give the same line, whoever writes it.</summary>
/// <param name="By">What made it complete.</param>
/// <param name="Files">Files that were there.</param>
/// <param name="Records">Names of the pending records that it was made of: where one of them shows up again, it is done already.</param>
/// <param name="Successes">The <c>_SUCCESS</c> files of this drop and of those before, newest first: a file that is told late, but was written before, is covered.</param>
public sealed record DoneDrop(string Dataset, string Source, DropCompletion By, int Files, IReadOnlyList<string> Records, IReadOnlyList<FolderSuccess> Successes)
{
    /// <summary>Older ones are forgotten: events come late by hours, not by thousands of drops.</summary>
    public const int MostSuccesses = 1000;
}

/// <param name="Folder">URL of the folder that holds the file.</param>
public sealed record FolderSuccess(string Folder, DateTimeOffset Time);
