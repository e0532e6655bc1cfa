using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Import;

/// <summary>
/// Makes a dataset version of an import's parts: leaves duplicates out, splits, writes shards and provenance, and last of all the manifest.
/// The same parts give the same bytes, whoever does it and how often.
/// </summary>
public sealed class DatasetCommitter(IArtifactStore store, IOptions<IngestionOptions> options)
{
    /// <returns>How many parts are done; and the dataset's manifest if all are.</returns>
    /// <exception cref="PipelineException">No image was usable, or a split came out empty.</exception>
    public async Task<(int Done, ArtifactReference? Dataset)> CommitAsync(ImportPlan plan, CancellationToken cancellation)
    {
        if (await store.FindManifestAsync<DatasetManifest>(plan.ManifestKey, cancellation) is { } committed)
        {
            return (plan.Chunks, committed.Reference);
        }

        var done = 0;
        for (var chunk = 0; chunk < plan.Chunks; chunk++)
        {
            done += await store.FindAsync(plan.PartKey(chunk), cancellation) is null ? 0 : 1;
        }

        if (done < plan.Chunks)
        {
            return (done, null);
        }

        var clock = Stopwatch.StartNew();
        var survey = await SurveyAsync(plan, cancellation);
        var manifest = await WriteAsync(plan, survey, clock, cancellation);
        var reference = (await store.CreateManifestAsync(plan.ManifestKey, manifest, cancellation)).Reference;
        await foreach (var leftover in store.ListAsync(plan.Root, cancellation))
        {
            await store.DeleteAsync(leftover.Key, cancellation);
        }

        return (done, reference);
    }

    private sealed record Survey(SampleLedger Ledger, List<Rejection> Rejections, double Seconds);

    /// <summary>First reading: who stays. Holds no pixels.</summary>
    private async Task<Survey> SurveyAsync(ImportPlan plan, CancellationToken cancellation)
    {
        var ledger = new SampleLedger(plan.Split);
        var rejections = plan.Rejections.ToList();
        var seconds = plan.Seconds;
        var conflicting = new List<string>();
        for (var chunk = 0; chunk < plan.Chunks; chunk++)
        {
            var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
            rejections.AddRange(part.Rejections);
            seconds += part.Seconds;
            if (part.File is null)
            {
                continue;
            }

            using var file = SafetensorsFile.Open(await store.MaterializeAsync(part.File, cancellation));
            for (var row = 0; row < part.Origins.Count; row++)
            {
                ledger.Add(file.ReadRows<byte>("digest", row, 1), part.Origins[row].Label, part.Origins[row].Split);
            }
        }

        return new Survey(ledger, rejections, seconds);
    }

    /// <summary>Second reading: the shards, a few megabytes in memory at a time.</summary>
    private async Task<DatasetManifest> WriteAsync(ImportPlan plan, Survey survey, Stopwatch clock, CancellationToken cancellation)
    {
        var classes = survey.Ledger.Classes();
        var numbers = classes.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        var conflicts = survey.Ledger.Conflicts.ToHashSet();
        var samplesPerShard = (int)Math.Max(1, options.Value.ShardBytes / (plan.Input.Channels * plan.Input.Size * plan.Input.Size));
        var temporary = Directory.CreateTempSubdirectory("pipeline-provenance-").FullName;
        try
        {
            var table = Path.Combine(temporary, "provenance.parquet");
            ShardWriter[] writers;
            await using (var provenance = await ProvenanceTable.CreateAsync(table))
            {
                writers = [.. Enum.GetValues<Split>().Select(split => new ShardWriter(store, plan.DatasetRoot, split, plan.Input, samplesPerShard, provenance, numbers))];
                var number = 0;
                for (var chunk = 0; chunk < plan.Chunks; chunk++)
                {
                    var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
                    using var file = part.File is null ? null : SafetensorsFile.Open(await store.MaterializeAsync(part.File, cancellation));
                    for (var row = 0; row < part.Origins.Count; row++, number++)
                    {
                        if (survey.Ledger.Decide(number) is not { } decided)
                        {
                            continue;
                        }

                        if (conflicts.Contains(number))
                        {
                            survey.Rejections.Add(new(part.Origins[row].Path, RejectionReason.ConflictingLabels, "Files with the same pixels bear different labels; it is used without one."));
                        }

                        await writers[(int)decided.Split].AddAsync(
                            file!.ReadRows<byte>("pixels", row, 1).ToArray(), file.ReadRows<byte>("digest", row, 1).ToArray(), part.Origins[row], decided.Label, cancellation);
                    }
                }

                foreach (var writer in writers)
                {
                    await writer.FlushAsync(cancellation);
                }
            }

            var summary = Summarize(survey, writers);
            Verify(plan, summary);
            return new DatasetManifest
            {
                Dataset = plan.Dataset,
                Input = plan.Input,
                Classes = classes,
                Shards = [.. writers.SelectMany(writer => writer.Shards)],
                Provenance = await CopyAsync($"{plan.DatasetRoot}/provenance.parquet", table, cancellation),
                Rejections = survey.Rejections.Count == 0 ? null : await WriteRejectionsAsync(plan, survey.Rejections, cancellation),
                Summary = summary,
                Seconds = survey.Seconds + clock.Elapsed.TotalSeconds,
            };
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static DataSummary Summarize(Survey survey, ShardWriter[] writers)
    {
        long Samples(Split split) => writers[(int)split].Shards.Sum(shard => (long)shard.Samples);
        return new DataSummary(
            writers.Sum(writer => writer.Shards.Sum(shard => (long)shard.Samples)),
            writers.Sum(writer => writer.Labelled),
            survey.Ledger.Duplicates,
            survey.Rejections.GroupBy(rejection => rejection.Reason).OrderBy(group => group.Key).ToDictionary(group => Word(group.Key), group => group.LongCount()),
            Samples(Split.Train),
            Samples(Split.Validation),
            Samples(Split.Test));
    }

    private static void Verify(ImportPlan plan, DataSummary summary)
    {
        var rejected = string.Join(", ", summary.Rejected.Select(reason => $"{reason.Value} {reason.Key}"));
        if (summary.Samples == 0)
        {
            throw new PipelineException($"'{plan.Source}' holds no usable image: {(rejected.Length == 0 ? "there is none" : rejected)}. Valid are JPEG, PNG, BMP, GIF and WebP pictures of more than one colour.");
        }

        if (summary.Train == 0 || summary.Validation == 0 || summary.Test == 0)
        {
            throw new PipelineException($"'{plan.Source}' has too few usable images to split: {summary.Train} for training, {summary.Validation} for validation and {summary.Test} for the test. Valid is at least one each.");
        }
    }

    private Task<ArtifactReference> WriteRejectionsAsync(ImportPlan plan, IReadOnlyList<Rejection> rejections, CancellationToken cancellation) =>
        CreateAsync($"{plan.DatasetRoot}/rejections.jsonl", async (stream, token) =>
        {
            foreach (var rejection in rejections)
            {
                await JsonSerializer.SerializeAsync(stream, rejection, PipelineJson.Compact, token);
                stream.WriteByte((byte)'\n');
            }
        }, cancellation);

    private Task<ArtifactReference> CopyAsync(string key, string path, CancellationToken cancellation) =>
        CreateAsync(key, async (stream, token) =>
        {
            await using var file = File.OpenRead(path);
            await file.CopyToAsync(stream, token);
        }, cancellation);

    private async Task<ArtifactReference> CreateAsync(string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation) =>
        (await store.CreateAsync(key, write, cancellation)).Reference;

    private static string Word(RejectionReason reason) => JsonSerializer.SerializeToElement(reason).GetString()!;
}
