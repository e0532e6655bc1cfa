using Xunit;

[assembly: AssemblyFixture(typeof(Pipeline.Tests.EndToEnd.FinishedRun))]
namespace Pipeline.Tests.EndToEnd;

/// <summary>The tiny experiment's undisturbed run, made once for all tests that only look at it.</summary>
public sealed class FinishedRun : IAsyncLifetime
{
    public Workplace Place { get; } = new Workplace().WithExperiment().WithData();

    public Ended Ended { get; private set; } = null!;

    public string Findings => Place.Findings(Ended);

    public async ValueTask InitializeAsync() => Ended = await Place.EndRunAsync();

    public ValueTask DisposeAsync()
    {
        Place.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Its store, copied to where it may be spoilt.</summary>
    public void CopyStore(string target)
    {
        foreach (var file in Directory.EnumerateFiles(Place.Store, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Place.Store, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
