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
internal sealed class RunConversation(IHost host)
{
    /// <summary>Before the names of queues that belong to a command at work.</summary>
    private const string QueuePrefix = "cli-";

    private readonly Guid _id = NewId.NextGuid();

    private IReadOnlyList<FollowedRun> _runs = [];

    /// <summary>Sends a command; the broker has it on disk when this ends.</summary>
    public Task AskAsync<T>(T command)
        where T : class => host.Services.GetRequiredService<IBus>().Publish(command, send => send.ConversationId = _id);

    /// <summary>Listens, before anything is asked, for the runs of these experiments.</summary>
    public async Task ListenAsync(IEnumerable<Experiment> experiments)
    {
        var clock = host.Services.GetRequiredService<TimeProvider>();
        var store = OpenedStore.Of(host).Store;
        _runs = [.. experiments.Select(
            experiment => new FollowedRun(experiment.Name, ExperimentArtifact.KeyOf(experiment), store, _id,
                clock) { Modality = experiment.Modality })];
        var follower = new RemoteFollower(_runs);
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
    /// <returns>The exit code: 0 where all are finished.</returns>
    public async Task<int> FollowAsync()
    {
        using var interruption = new Interruption();
        var worst = ExitCode.Success;
        foreach (var run in _runs)
            run.Progress.Start(run.Modality);
        foreach (var run in _runs)
        {
            if (_runs.Count > 1)
                Console.WriteLine(run.Name);
            if (await ShowAsync(run, interruption.Token) is not { } outcome)
            {
                Console.WriteLine(
                    "No longer followed; the services go on with it. 'status' shows how far it "
                    + $"is{(run.Progress.RunId is { } id ? $", 'cancel {id}' ends it" : "")}.");
                return ExitCode.Interrupted;
            }

            worst = Math.Max(worst, await TellAsync(outcome));
        }

        return worst;
    }

    /// <returns>Null where the showing was ended before the run.</returns>
    private static async Task<RunOutcome?> ShowAsync(FollowedRun run, CancellationToken interrupted)
    {
        using var ended = new CancellationTokenSource();
        var display = RunDisplay.ForThisConsole().ShowAsync(run.Progress, ended.Token);
        await ((Task)run.Outcome).WaitAsync(interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var outcome = run.Outcome.IsCompleted ? await run.Outcome : null;
        if (outcome is not null)
            run.Progress.End(outcome);
        await ended.CancelAsync();
        await display;
        return outcome;
    }

    private async Task<int> TellAsync(RunOutcome outcome)
    {
        switch (outcome)
        {
            case RunOutcome.Finished(var verdict, _):
                Console.WriteLine();
                var result = await ResultFolder.DownloadAsync(OpenedStore.Of(host), verdict, CancellationToken.None);
                result.Write(Console.Out);
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
