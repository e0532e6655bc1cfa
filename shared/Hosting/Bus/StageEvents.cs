using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Hosting.Bus;

/// <summary>Publishes what a stage has to say about a run, once it is recorded. Every part that is delivered again finds the stage done;
/// once it is noted that the event is out, no repeat sets the next stage going again.</summary>
public sealed class StageEvents(IArtifactStore store, RunLedger ledger)
{
    [ArtifactKind(ArtifactKinds.Told, Formerly = "Told")]
    private sealed record Told(Stage Stage);

    /// <summary>Record, publish, note: a kill between any two repeats the event, and loses none.</summary>
    public async Task PublishAsync<T>(ConsumeContext context, Stage stage, T said)
        where T : class, IRunMessage
    {
        var key = RunLedger.ToldKey(said.Run.RunId, stage);
        if (await store.FindAsync(key, context.CancellationToken) is null)
        {
            await ledger.RecordAsync(stage, said, context.CancellationToken);
            await context.PublishInTimeAsync(said);
            await store.CreateManifestAsync(key, new Told(stage), context.CancellationToken);
        }
    }
}
