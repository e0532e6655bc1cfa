namespace Pipeline.Learning.Tuning;

/// <summary>The labels of a draw, spread over the training split.</summary>
/// <param name="Classes">Shape [N, K]: how likely each class is of each sample of the graph; 0 where no label reaches.</param>
/// <param name="Labels">Labelled samples by class, [K].</param>
/// <param name="HeldOut">The most probable class of each held-out sample.</param>
public sealed record Propagation(float[] Classes, int[] Labels, int[] HeldOut, LabelReach Reach)
{
    /// <param name="readout">A readout of the network, or a description without one.</param>
    /// <param name="share">What a sample takes from its neighbours in each step, from 0 to below 1.</param>
    public static async Task<Propagation> OfAsync(
        TuningSession session, SpaceOf of, string readout, Trial trial, double share, CancellationToken cancellation)
    {
        var graph = (await session.NeighboursAsync(of, readout, cancellation)).Graph;
        var neighbours = await session.HeldOutNeighboursAsync(of, readout, cancellation);
        var truth = session.Training.Truth;
        var rows = session.Pool.Index().ToDictionary(sample => sample.Item, sample => sample.Index);
        var labelled = session.Draw(trial)
            .Select(place => (Row: rows[session.Training.Numbers[place]], Class: truth.Labels[place])).ToList();
        var labels = new int[truth.Names.Count];
        foreach (var (_, label) in labelled)
            labels[label]++;

        var classes = graph.Spread(labelled, labels.Length, share);
        var given = new int[labels.Length];
        foreach (var label in MostProbable(classes, labels.Length).Where(label => label >= 0))
            given[label]++;

        var (answers, unanswered) = Answers(neighbours, classes, labels);
        var reached = graph.Reached(labelled.Select(sample => sample.Row)).Count(reaches => reaches);
        return new Propagation(classes, labels, answers, new LabelReach(graph.Count, reached, labels, given, unanswered));
    }

    /// <summary>The classes of other samples. One whose neighbours have no class has the most frequent among the labels; of equals, the
    /// first.</summary>
    /// <param name="neighbours">Of these samples, in the graph.</param>
    /// <returns>The class of each, and how many have no neighbour with a class.</returns>
    public static (int[] Classes, int Unanswered) Answers(Neighbours neighbours, float[] classes, int[] labels)
    {
        var found = MostProbable(NeighbourSpace.Answer(neighbours, classes, labels.Length), labels.Length).ToList();
        var usual = Array.IndexOf(labels, labels.Max());
        return ([.. found.Select(label => label < 0 ? usual : label)], found.Count(label => label < 0));
    }

    // −1 where all are 0.
    private static IEnumerable<int> MostProbable(float[] rows, int classes) =>
        rows.Chunk(classes).Select(row => row.Max() is var most && most > 0 ? Array.IndexOf(row, most) : -1);
}
