using Pipeline.Ingestion.NearDuplicates;

namespace Pipeline.Ingestion.Committing;

/// <summary>
/// What falls into one split together: the samples of a star, and the windows of a document. Both hold, so that whatever is joined over one or more of them is one group, and its first sample
/// is the representative that the group is placed by.
/// </summary>
internal static class SampleGroups
{
    /// <param name="documents">By sample; equal numbers are the same document.</param>
    /// <returns>By sample, the first of its group.</returns>
    public static int[] Of(SampleStars stars, IReadOnlyList<int> documents)
    {
        var parents = Enumerable.Range(0, documents.Count).ToArray();
        var firsts = new Dictionary<int, int>();
        for (var sample = 0; sample < parents.Length; sample++)
        {
            Join(sample, stars[sample]);
            if (!firsts.TryAdd(documents[sample], sample))
            {
                Join(sample, firsts[documents[sample]]);
            }
        }

        for (var sample = 0; sample < parents.Length; sample++)
        {
            parents[sample] = RootOf(sample);
        }

        return parents;

        // A root is the least of its group.
        void Join(int one, int other)
        {
            var (low, high) = (RootOf(one), RootOf(other));
            if (low != high)
            {
                parents[Math.Max(low, high)] = Math.Min(low, high);
            }
        }

        int RootOf(int sample)
        {
            while (parents[sample] != sample)
            {
                parents[sample] = parents[parents[sample]];
                sample = parents[sample];
            }

            return sample;
        }
    }
}
