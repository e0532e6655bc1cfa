using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;
using Pipeline.Cli.Running;
using Pipeline.Experiments;
using Pipeline.Hosting.Settings;

namespace Pipeline.Cli.Remote;

/// <summary>Asks the services for runs and follows them to their ends, over a queue of its own that is gone with it.</summary>
/// <param name="host">Started.</param>
internal sealed class RunConversation(IHost host)
{
    private const string QueuePrefix = "cli-";

    private readonly Guid _id = NewId.NextGuid();

    private IReadOnlyList<FollowedRun> _runs = [];

    /// <summary>Sends a command, says so once the broker has it on disk, and follows the runs that come of it to their ends.</summary>
    /// <returns>The exit code: 0 where all are finished.</returns>
    public async Task<int> AskAsync<T>(T command, string said, params IReadOnlyList<Experiment> awaited)
        where T : class
    {
        if (awaited.Count > 0)
            await ListenAsync(awaited);
        await host.Services.GetRequiredService<IBus>().Publish(command, send => send.ConversationId = _id);
        Console.WriteLine(said);
        var code = awaited.Count > 0 ? await FollowAsync() : ExitCode.Success;
        await host.StopAsync();
        return code;
    }

    /// <summary>Begins before anything is asked.</summary>
    private async Task ListenAsync(IEnumerable<Experiment> experiments)
    {
        var clock = host.Services.GetRequiredService<TimeProvider>();
        _runs = [.. experiments.Select(experiment => new FollowedRun(experiment, _id, clock))];
        var follower = new RunFollower(OpenedStore.Of(host).Store, _runs);
        var listening = host.Services.GetRequiredService<IBusControl>().ConnectReceiveEndpoint($"{QueuePrefix}{_id:n}", endpoint =>
        {
            var queue = (IRabbitMqReceiveEndpointConfigurator)endpoint;
            queue.AutoDelete = true;
            queue.Durable = false;
            queue.ConcurrentMessageLimit = 1;
            queue.Instance(follower);
        });
        await listening.Ready;
    }

    /// <summary>Shows each run until it has ended, and its result. Ctrl-C ends the showing; the runs go on.</summary>
    private async Task<int> FollowAsync()
    {
        using var signals = new Signals();
        var worst = ExitCode.Success;
        foreach (var run in _runs)
            run.Start(run.Experiment.Modality, run.Experiment.Pretraining.AllSeeds.Count);

        foreach (var run in _runs)
        {
            if (_runs.Count > 1)
                Console.WriteLine(run.Experiment.Name);
            var outcome = await RunDisplay.FollowAsync(run, async () =>
            {
                await ((Task)run.Outcome).WaitAsync(signals.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return run.Outcome.IsCompleted ? await run.Outcome : null;
            });
            if (outcome is null)
            {
                Console.WriteLine("No longer followed; the services go on with it. 'status' shows how far it "
                    + $"is{(run.RunId is { } id ? $", 'cancel {id}' ends it" : "")}.");
                return ExitCode.Interrupted;
            }

            worst = Math.Max(worst, await TellAsync(outcome));
        }

        return worst;
    }

    private async Task<int> TellAsync(RunOutcome outcome)
    {
        switch (outcome)
        {
            case RunOutcome.Finished(var verdict, _):
                Console.WriteLine();
                (await OpenedStore.Of(host).DownloadAsync(verdict)).Write(Console.Out);
                return ExitCode.Success;

            case RunOutcome.Failed(var why):
                var queue = why.ErrorQueue is { } name
                    ? $" The message lies in '{name}'; 'errors' shows it, and 'errors replay' tries it again." : "";
                Console.Error.WriteLine(ErrorLine.Of($"{Words.Of(why.Stage)} failed: {why.Reason}{queue}"));
                return ExitCode.Failure;

            case RunOutcome.Cancelled(var runId):
                Console.Error.WriteLine($"Run '{runId}' was cancelled; asked for again, it goes on from where it was.");
                return ExitCode.Failure;

            default:
                throw new InvalidOperationException($"A run of the services cannot end as {outcome}.");
        }
    }
}

/// <summary>A run of the services that somebody waits for: which of the messages that all runs send are about this one.</summary>
/// <param name="asked">The conversation of the command that asked: what follows from it carries the same, until the run has its id.</param>
internal sealed class FollowedRun(Experiment experiment, Guid asked, TimeProvider clock) : RunProgress(clock)
{
    private readonly string _key = ExperimentArtifact.KeyOf(experiment);

    public Experiment Experiment { get; } = experiment;

    public override bool IsMeant(RunReference? run, string? runId, Guid? conversation) => RunId is { } known
        ? runId == known
        : conversation == asked && (run is null ? runId is null : run.Experiment.Key == _key);
}
