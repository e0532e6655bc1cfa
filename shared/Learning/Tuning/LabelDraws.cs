using Pipeline.Statistics;

namespace Pipeline.Learning.Tuning;

/// <summary>Which labelled samples a trial may see. Stratified: one of each class first, then classes in proportion to how often they
/// occur. Nested: the draw at a smaller count is the beginning of the draw at a larger one.</summary>
public static class LabelDraws
{
    /// <param name="labels">Class of each candidate.</param>
    /// <param name="draw">Another draw is another order.</param>
    /// <returns>Positions in <paramref name="labels"/>, all of them; the first n are the draw at count n.</returns>
    public static int[] Order(IReadOnlyList<int> labels, ulong seed, int draw)
    {
        var ranked = new List<(double Priority, int Position)>(labels.Count);
        foreach (var byClass in labels.Index().GroupBy(pair => pair.Item, pair => pair.Index).OrderBy(group => group.Key))
        {
            var positions = byClass.ToArray();
            var random = new CounterRandom(seed, "label-draw", draw, byClass.Key);
            var offset = random.NextDouble();
            var order = random.Permutation(positions.Length);
            for (var rank = 0; rank < positions.Length; rank++)
            {
                // The first of each class comes before all others; the rest at even distances, so that every prefix has the classes'
                // proportions.
                var priority = rank == 0 ? offset - 1 : (rank + offset) / positions.Length;
                ranked.Add((priority, positions[order[rank]]));
            }
        }

        return [.. ranked.OrderBy(entry => entry.Priority).ThenBy(entry => entry.Position).Select(entry => entry.Position)];
    }
}
