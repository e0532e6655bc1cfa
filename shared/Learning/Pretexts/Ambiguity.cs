namespace Pipeline.Learning.Pretexts;

/// <summary>Tells whether an image's views can be told apart at all: a left-right symmetric image looks the same mirrored, and no network
/// can say which it was.</summary>
public static class Ambiguity
{
    /// <summary>The smallest distance between two of the task's views of one image: one minus their correlation, which no change of
    /// brightness or contrast alters. 0 is the same picture, 1 unrelated, up to 2. An image of one colour has distance 0.</summary>
    /// <param name="image">Shape [C, S, S].</param>
    public static double Distance(ViewPretext task, ReadOnlySpan<byte> image, int channels, int size)
    {
        var distances = Distances(task, image, channels, size);
        var smallest = double.MaxValue;
        for (var i = 0; i < task.Views.Count; i++)
        {
            for (var j = 0; j < i; j++)
                smallest = Math.Min(smallest, distances[i, j]);
        }

        return smallest;
    }

    /// <summary>How many of the task's views of one image can be told apart, 1 to all of them: two count as one when they are the same
    /// picture or their distance is below the threshold, also by way of a third.</summary>
    /// <param name="image">Shape [C, S, S].</param>
    public static int Distinguishable(ViewPretext task, ReadOnlySpan<byte> image, int channels, int size, double threshold)
    {
        var distances = Distances(task, image, channels, size);
        var group = Enumerable.Range(0, task.Views.Count).ToArray();
        for (var i = 0; i < group.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (kept, merged) = (group[j], group[i]);
                if (distances[i, j] < threshold || distances[i, j] == 0)
                    group = [.. group.Select(view => view == merged ? kept : view)];
            }
        }

        return group.Distinct().Count();
    }

    /// <returns>The distance of every view i from every view j below i; 0 elsewhere, and throughout for an image of one colour.</returns>
    private static double[,] Distances(ViewPretext task, ReadOnlySpan<byte> image, int channels, int size)
    {
        var distances = new double[task.Views.Count, task.Views.Count];
        double sum = 0, squares = 0;
        foreach (var pixel in image)
        {
            sum += pixel;
            squares += pixel * pixel;
        }

        var variance = squares - (sum * sum / image.Length);
        if (variance < 1e-9 * image.Length)
            return distances;

        var shown = new byte[task.Views.Count][];
        for (var i = 0; i < shown.Length; i++)
        {
            shown[i] = new byte[image.Length];
            task.Views[i].Apply(image, shown[i], channels, size);
            for (var j = 0; j < i; j++)
            {
                // All views have the same mean and variance, so the squared difference is 2 · variance · (1 − correlation).
                distances[i, j] = SquaredDifference(shown[i], shown[j]) / (2 * variance);
            }
        }

        return distances;
    }

    private static long SquaredDifference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        long total = 0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = a[i] - b[i];
            total += difference * difference;
        }

        return total;
    }
}
