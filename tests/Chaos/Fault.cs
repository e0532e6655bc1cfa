namespace Pipeline.Tests.Chaos;

public enum FaultKind
{
    /// <summary>kill -9 of a service; it is started again.</summary>
    Kill,

    /// <summary>SIGTERM of a service, as when it is scaled away; it is started again.</summary>
    Terminate,

    /// <summary>kill -9 of the broker, then a start on the same data.</summary>
    KillBroker,

    /// <summary>kill -9 of the blob store, then a start on the same data.</summary>
    KillStore,

    /// <summary>A message that was published before is published again.</summary>
    Repeat,

    /// <summary>Messages that wait in a queue change places.</summary>
    Reorder,

    /// <summary>A second worker of a service, and one message given to both.</summary>
    TwoWorkers,
}

/// <summary>What is to go wrong, when, and to whom.</summary>
/// <param name="After">Since the fault before was over.</param>
/// <param name="Service">Whom it hits, where it hits a service.</param>
/// <param name="Pause">How long what was ended stays away.</param>
/// <param name="Pick">Chooses among what there is at that moment; 0 to 1.</param>
public sealed record Fault(FaultKind Kind, TimeSpan After, string Service, TimeSpan Pause, double Pick)
{
    /// <summary>How often each kind comes, of a hundred.</summary>
    private static readonly (FaultKind Kind, int Share)[] Shares =
    [
        (FaultKind.Kill, 42), (FaultKind.Terminate, 16), (FaultKind.KillBroker, 7), (FaultKind.KillStore, 9),
        (FaultKind.Repeat, 12), (FaultKind.Reorder, 7), (FaultKind.TwoWorkers, 7),
    ];

    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The same seed gives the same faults.</summary>
    public static IEnumerable<Fault> Plan(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            yield return new Fault(
                Draw(random.Next(100)), random.NextDouble() * LongestGap, Fleet.Stages[random.Next(Fleet.Stages.Count)], random.NextDouble() * LongestPause, random.NextDouble());
        }
    }

    private static FaultKind Draw(int number)
    {
        foreach (var (kind, share) in Shares)
        {
            if ((number -= share) < 0)
            {
                return kind;
            }
        }

        return FaultKind.Kill;
    }
}
