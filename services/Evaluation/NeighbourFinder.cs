using Pipeline.Artifacts;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tuning;
using Pipeline.Statistics;

namespace Pipeline.Evaluation;

/// <summary>Shows some validation samples with the training samples nearest to them, by the pretrained encoder and by random weights. Never
/// opens the test split.</summary>
public sealed class NeighbourFinder(IArtifactStore store, TorchDevice device)
{
    private const int Shown = 6;
    private const int Nearest = 6;

    /// <summary>Maximum number of training samples to look among, so that large datasets take no longer.</summary>
    private const int MostSamples = 20_000;

    private const int MostLetters = 120;

    /// <param name="readout">Null where every token has its own vector.</param>
    /// <returns>Null where samples have no vector, or there are too few.</returns>
    public async Task<NeighbourExhibit?> FindAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, string? readout, CancellationToken cancellation)
    {
        if (readout is null)
            return null;

        using var session = await TuningSession.OpenAsync(store, experiment, dataset, encoder, Split.Validation, device, cancellation);
        if (session.All.Count <= Nearest || session.HeldOut.Count == 0)
            return null;

        var seed = experiment.Evaluation.Seed;
        int[] asked = [.. LabelDraws.Order(session.HeldOut.Strata, seed, draw: 0).Take(Shown)];
        int[] pool = [.. new CounterRandom(seed, "neighbours").Permutation(session.All.Count).Take(MostSamples).Order()];
        var pretrained = await session.NearestAsync(SpaceOf.Pretrained, readout, asked, pool, Nearest, cancellation);
        var random = await session.NearestAsync(SpaceOf.Random, readout, asked, pool, Nearest, cancellation);
        return await device.Thread.RunAsync(() =>
        {
            var labels = session.Training.Numbers.Zip(session.Training.Truth.Labels).ToDictionary(pair => pair.First, pair => pair.Second);
            string Class(int label) => label < 0 ? NeighbourExhibit.NoLabel : dataset.Classes[label];
            ExhibitItem[] Near(Neighbours found, int row) => [.. found.Rows.Skip(row * Nearest).Take(Nearest)
                .Select(sample => Item(session.All, sample, Class(labels.GetValueOrDefault(sample, -1)), dataset.Input))];
            return new NeighbourExhibit(pool.Length, readout, [.. asked.Select((position, row) => new NeighbourRow(
                Item(session.HeldOut, position, Class(session.HeldOut.Truth.Labels[position]), dataset.Input),
                Near(pretrained, row), Near(random, row)))]);
        });
    }

    private static ExhibitItem Item(LabelledSamples samples, int position, string answer, InputSpec input) =>
        samples.Texts([position]) is [var text]
            ? new ExhibitItem(null, text.Length > MostLetters ? text[..MostLetters] + "…" : text, answer)
            : new ExhibitItem(new ExhibitImage(samples.Pixels(position).ToArray(), input.Channels, input.Size), null, answer);
}
