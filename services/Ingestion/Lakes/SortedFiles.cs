namespace Pipeline.Ingestion.Lakes;

/// <summary>
/// Brings a list that may be longer than memory into ordinal order: sorted runs in temporary files, merged when read. Storage promises an order of its
/// own at most, by the bytes of UTF-8 or by folders.
/// </summary>
internal sealed class SortedFiles : IDisposable
{
    /// <summary>Files in memory at a time: some ten megabytes.</summary>
    private const int RunLength = 50_000;

    private readonly List<Spool<LakeFile>> _runs = [];
    private readonly List<LakeFile> _run = [];

    public void Add(LakeFile file)
    {
        _run.Add(file);
        if (_run.Count == RunLength)
        {
            Spill();
        }
    }

    /// <summary>Reads once; nothing can be added after that.</summary>
    public IEnumerable<LakeFile> InOrder()
    {
        _run.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        var runs = new PriorityQueue<IEnumerator<LakeFile>, string>(StringComparer.Ordinal);
        foreach (var run in _runs.Select(run => run.Items()).Append(_run))
        {
            Return(run.GetEnumerator());
        }

        while (runs.TryDequeue(out var first, out _))
        {
            yield return first.Current;
            Return(first);
        }

        void Return(IEnumerator<LakeFile> run)
        {
            if (run.MoveNext())
            {
                runs.Enqueue(run, run.Current.Path);
            }
            else
            {
                run.Dispose();
            }
        }
    }

    public void Dispose() => _runs.ForEach(run => run.Dispose());

    private void Spill()
    {
        _run.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        var spool = new Spool<LakeFile>();
        _runs.Add(spool);
        _run.ForEach(file => spool.Add(file));
        _run.Clear();
    }
}
