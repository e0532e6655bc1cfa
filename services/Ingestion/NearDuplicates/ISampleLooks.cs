namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>What is kept of each distinct sample to tell which are nearly the same. Their numbers are 0, 1, 2, … as they came.</summary>
public interface ISampleLooks : IDisposable
{
    int Count { get; }

    /// <summary>The samples that are nearly the same as one, itself left out, ascending.</summary>
    /// <param name="isWanted">Others are not compared.</param>
    /// <param name="alike">Is cleared first. The caller's: what a million samples made anew would grow the heap.</param>
    /// <param name="most">After so many no more are looked for.</param>
    /// <param name="below">Only samples with a smaller number are looked for.</param>
    void FindAlike(int sample, Func<int, bool> isWanted, List<Alike> alike, int most = int.MaxValue, int below = int.MaxValue);

    /// <summary>Gives the memory back: nothing is to be looked for any more.</summary>
    void Clear();
}

/// <param name="Correlation">Of the thumbnails; of sequences their resemblance, 0 to 1.</param>
public readonly record struct Alike(int Sample, double Correlation);
