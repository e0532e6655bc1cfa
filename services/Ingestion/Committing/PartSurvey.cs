using System.Security.Cryptography;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion.Committing;

/// <summary>What has to be known of all parts before the first sample can be written.</summary>
internal sealed class PartSurvey(long items)
{
    public SampleGroups Groups { get; } = new((int)items);

    /// <summary>By reason.</summary>
    public SortedDictionary<RejectionReason, long> Rejected { get; } = [];

    /// <summary>Of the parts.</summary>
    public double Seconds { get; private set; }

    /// <exception cref="PipelineException">No part has a usable image.</exception>
    public static async Task<PartSurvey> TakeAsync(ImportPlan plan, PartReader parts, CancellationToken cancellation)
    {
        var survey = new PartSurvey(plan.Items);
        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (part, file) = await parts.OpenAsync(chunk, cancellation);
            using (file)
            {
                survey.Add(part, file);
            }
        }

        if (survey.Groups.Samples == 0)
        {
            var reasons = survey.Rejected.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {Rejection.NameOf(reason.Key)}");
            throw new PipelineException($"'{plan.Source}' has no usable image: all {plan.Items} files were rejected: {string.Join(", ", reasons)}. Valid are JPEG, PNG, GIF, BMP and WebP files of more than one colour.");
        }

        return survey;
    }

    private void Add(ImportPart part, SafetensorsFile? file)
    {
        Seconds += part.Seconds;
        foreach (var rejection in part.Rejections)
        {
            Rejected[rejection.Reason] = Rejected.GetValueOrDefault(rejection.Reason) + 1;
        }

        if (file is null)
        {
            return;
        }

        var digests = file.Read<byte>("digest");
        var labels = file.Read<int>("label");
        var numbers = file.Read<int>("item");
        var splits = file.Read<int>("split");
        for (var row = 0; row < numbers.Length; row++)
        {
            Groups.Add(PixelDigest.Of(digests[(row * SHA256.HashSizeInBytes)..]), numbers[row], labels[row], splits[row] < 0 ? null : (Split)splits[row]);
        }
    }
}
