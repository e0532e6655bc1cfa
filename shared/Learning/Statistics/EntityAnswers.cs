namespace Pipeline.Learning.Statistics;

/// <summary>Answers judged by the entities in them: F1 = 2 · right / (answered + true) over all of them, right being those exact in span and type; 0 where there are none.</summary>
public sealed class EntityAnswers : Answers
{
    private readonly int[] asked;
    private readonly (int Right, int Answered)[][] draws;

    /// <param name="truth">Of tagged sequences.</param>
    /// <param name="predictions">For each draw, a tag for each of the truth's. At least one draw.</param>
    public EntityAnswers(Truth truth, IReadOnlyList<int[]> predictions)
    {
        int[] labels = [.. truth.Labels];
        HashSet<Entities.Entity>[] wanted = [.. Enumerable.Range(0, truth.Samples).Select(sample => In(labels, sample))];
        asked = [.. wanted.Select(entities => entities.Count)];
        draws = [.. predictions.Select(draw => draw.Length == labels.Length
            ? wanted.Select((entities, sample) => In(draw, sample) is var found ? (found.Count(entities.Contains), found.Count) : default).ToArray()
            : throw new ArgumentException($"A draw has {draw.Length} predictions for {labels.Length} labels.", nameof(predictions)))];

        HashSet<Entities.Entity> In(int[] tags, int sample) => [.. Entities.Of([.. tags[truth.Of(sample)].Select(tag => truth.Names[tag])])];
    }

    public override int Draws => draws.Length;

    public override int Samples => asked.Length;

    protected override double Score(int draw, ReadOnlySpan<int> times)
    {
        var (right, all) = (0L, 0L);
        for (var sample = 0; sample < times.Length; sample++)
        {
            right += (long)times[sample] * draws[draw][sample].Right;
            all += (long)times[sample] * (draws[draw][sample].Answered + asked[sample]);
        }

        return all == 0 ? 0 : 2.0 * right / all;
    }
}
