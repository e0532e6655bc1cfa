using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;

namespace Pipeline.Triggers.Completeness;

/// <summary>Decides whether a drop is complete.</summary>
public sealed class CompletionRule(DropFiles files, IOptions<DropsOptions> options, TimeProvider clock, ILogger<CompletionRule> logger)
{
    /// <returns>What made it complete, or null while it is not.</returns>
    public async Task<DropCompletion?> CompleteAsync(PendingDrop drop, DoneDrop? before, CancellationToken cancellation = default)
    {
        var rule = options.Value.Datasets.TryGetValue(drop.Dataset.Name, out var own) ? own : new() { Quiet = options.Value.Quiet };
        bool Counts(DropCompletion one) => rule.Complete == one || rule.Complete == DropCompletion.Any;
        if (Counts(DropCompletion.SuccessFile) && IsCovered(drop, before))
            return DropCompletion.SuccessFile;
        if (Counts(DropCompletion.Manifest) && rule.Manifest is { } manifest && await HasAllFilesAsync(drop, manifest, cancellation))
            return DropCompletion.Manifest;
        return Counts(DropCompletion.QuietPeriod) && clock.GetUtcNow() - drop.Last >= rule.Quiet ? DropCompletion.QuietPeriod : null;
    }

    /// <summary>This drop's <c>_SUCCESS</c> files and those before it; of each folder the newest.</summary>
    internal static IReadOnlyList<FolderSuccess> Successes(PendingDrop drop, DoneDrop? before) =>
    [
        .. drop.Successes.Select(found => new FolderSuccess(found.Parent, found.Time))
            .Concat(before?.Successes ?? [])
            .GroupBy(success => success.Folder)
            .Select(folder => folder.MaxBy(success => success.Time)!)
            .OrderByDescending(success => success.Time)
            .ThenBy(success => success.Folder, StringComparer.Ordinal)
            .Take(DoneDrop.MostSuccesses),
    ];

    /// <summary>Whether every live file was written no later than a <c>_SUCCESS</c> in its folder or above.</summary>
    private static bool IsCovered(PendingDrop drop, DoneDrop? before)
    {
        var times = Successes(drop, before).ToDictionary(success => success.Folder, success => success.Time, StringComparer.Ordinal);
        return times.Count > 0 && (drop.Successes.Any() || drop.Files.Any())
            && drop.Files.All(file => IsCovered(file, drop.Dataset.Source, times));
    }

    private static bool IsCovered(FileEvent file, string source, Dictionary<string, DateTimeOffset> times)
    {
        for (var folder = file.Parent; folder.Length >= source.Length; folder = folder[..folder.LastIndexOf('/')])
        {
            if (times.TryGetValue(folder, out var time) && file.Time <= time)
                return true;
        }

        return false;
    }

    /// <summary>The events may tell of all files already; else the lake is asked, as some may have been there before.</summary>
    private async Task<bool> HasAllFilesAsync(PendingDrop drop, string manifest, CancellationToken cancellation)
    {
        var told = drop.Live.Where(found => found.Name == manifest).ToList();
        foreach (var found in told)
        {
            if (await files.ReadAsync(found.Url, cancellation) is not { } content)
                return false; // Deleted since.
            if (DropManifest.Expected(content) is not { } expected)
            {
                logger.LogWarning(
                    "The manifest {Manifest} of dataset {Dataset} does not say how many files there are; it must be {Valid}.",
                    found.Url, drop.Dataset.Name, DropManifest.Valid);
                return false;
            }

            var count = drop.Files.LongCount(file => file.Name != manifest && PendingDrop.IsBelow(file.Url, found.Parent));
            if (count < expected && await files.CountAsync(drop.Dataset.Name, found.Parent, manifest, cancellation) < expected)
                return false;
        }

        return told.Count > 0;
    }
}
