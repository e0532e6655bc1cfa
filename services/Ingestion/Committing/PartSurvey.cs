using Pipeline.Contracts;
using Pipeline.Ingestion.Importing;
using Pipeline.Ingestion.NearDuplicates;

namespace Pipeline.Ingestion.Committing;

/// <summary>What has to be known of all parts before the first sample can be written.</summary>
internal sealed class PartSurvey(ImportPlan plan) : IDisposable
{
    private readonly SampleLooks _looks = new(plan.Likeness, Thumbnail.Bytes(plan.Input), (int)plan.Items);

    public DistinctSamples Samples { get; } = new((int)plan.Items);

    /// <summary>By the numbers of <see cref="Samples"/>.</summary>
    public SampleStars Stars { get; private set; } = SampleStars.None;

    /// <summary>Pairs across a split that the source supplies.</summary>
    public IReadOnlyList<LeakedPair> Leaks { get; private set; } = [];

    /// <summary>By reason.</summary>
    public SortedDictionary<RejectionReason, long> Rejected { get; } = [];

    /// <summary>Of the parts, also of those that an earlier version made.</summary>
    public double Seconds { get; private set; }

    /// <exception cref="PipelineException">No part has a usable image.</exception>
    public async Task TakeAsync(PartReader parts, CancellationToken cancellation)
    {
        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var part = await parts.OpenAsync(chunk, cancellation);
            Add(part);
        }

        if (Samples.Count == 0)
        {
            var reasons = Rejected.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {Rejection.NameOf(reason.Key)}");
            throw new PipelineException($"'{plan.Source}' has no usable image: all {plan.Items} files were rejected: {string.Join(", ", reasons)}. Valid are JPEG, PNG, GIF, BMP and WebP files of more than one colour.");
        }

        Compare(cancellation);
    }

    /// <summary>The first of those that are nearly the same picture as the sample; itself where there is none.</summary>
    public (PixelDigest Digest, DistinctSamples.Sample Sample) FirstOf(DistinctSamples.Sample sample) => (Samples.DigestOf(Stars[sample.Number]), Samples[Stars[sample.Number]]);

    public void Dispose()
    {
        _looks.Dispose();
        Samples.Dispose();
    }

    private void Compare(CancellationToken cancellation)
    {
        Stars = SampleStars.Of(_looks, cancellation);
        Leaks = LeakedPair.Find(_looks, [.. Enumerable.Range(0, Samples.Count).Select(number => Samples[number].Split)], cancellation);
        _looks.Clear();
    }

    private void Add(Part part)
    {
        Seconds += part.Content.Seconds;
        foreach (var rejection in part.Content.Rejections)
        {
            Rejected[rejection.Reason] = Rejected.GetValueOrDefault(rejection.Reason) + 1;
        }

        for (var row = 0; row < part.Rows; row++)
        {
            if (Samples.Add(PixelDigest.Of(part.Digest(row)), part.Item(row), part.Label(row), part.SplitOf(row)))
            {
                _looks.Add(part.Hash(row), part.Thumbnail(row));
            }
        }
    }
}
