namespace Pipeline.Learning.Statistics;

/// <summary>
/// The non-decreasing sequence nearest to the values in squared distance, all values weighing the same, by pooling adjacent violators
/// (Robertson, Wright and Dykstra 1988, "Order restricted statistical inference", §1.2).
/// </summary>
public static class IsotonicRegression
{
    /// <returns>As many values as given, none below the one before it.</returns>
    public static double[] Fit(IReadOnlyList<double> values)
    {
        var blocks = new Stack<(double Sum, int Count)>();
        foreach (var value in values)
        {
            var block = (Sum: value, Count: 1);
            while (blocks.TryPeek(out var before) && before.Sum / before.Count >= block.Sum / block.Count)
            {
                blocks.Pop();
                block = (before.Sum + block.Sum, before.Count + block.Count);
            }

            blocks.Push(block);
        }

        return [.. blocks.Reverse().SelectMany(block => Enumerable.Repeat(block.Sum / block.Count, block.Count))];
    }
}
