using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Running;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Services;
using Xunit;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Tests.Unit.Cli.Running;

public sealed class WorkInHandTests : IDisposable
{
    private static readonly RunReference Run =
        new("run-0123456789ab", new ArtifactReference("experiments/one.json", "sha256:0", 1),
            new ArtifactReference("datasets/one.json", "sha256:0", 1));

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-work-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_failure_that_the_store_cannot_take_ends_the_run_with_its_stage_and_cause()
    {
        // No folder can be made where a file is.
        await File.WriteAllTextAsync(Path.Combine(_folder, "runs"), "", TestContext.Current.CancellationToken);

        var failed = await EndAsync(new PipelineException("The disk is full."));

        Assert.Equal((Stage.Pretraining, "The disk is full."), (failed.Stage, failed.Reason));
    }

    [Fact]
    public async Task Work_that_is_cancelled_though_nobody_stops_the_run_ends_it()
    {
        var failed = await EndAsync(new OperationCanceledException("The work was cancelled."));

        Assert.Equal(Stage.Pretraining, failed.Stage);
        Assert.Contains("cancel", failed.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_message_that_nobody_consumes_ends_the_run()
    {
        using var host = Build<DeafConsumer>(new InvalidOperationException());
        await host.StartAsync(TestContext.Current.CancellationToken);
        var queue = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:deaf"));

        await queue.Send(new RunCancelled("run"), TestContext.Current.CancellationToken);

        Assert.IsType<RunOutcome.Failed>(await EndOf(host));
    }

    [Fact]
    public async Task Nothing_is_in_hand_only_when_nothing_was_since_the_last_question()
    {
        using var host = Build<TrainSliceConsumer>(new PipelineException("No."));
        var work = host.Services.GetRequiredService<WorkInHand>();
        Assert.True(work.IsIdle());

        await work.PreReceive(null!);
        Assert.False(work.IsIdle());
        Assert.False(work.IsIdle());

        await work.PostReceive(null!);
        Assert.True(work.IsIdle());
    }

    private async Task<RunFailed> EndAsync(Exception error)
    {
        using var host = Build<TrainSliceConsumer>(error);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<IBus>()
            .Publish(new TrainSlice(Run, [], Slice: 0, Step: 0), TestContext.Current.CancellationToken);
        return Assert.IsType<RunOutcome.Failed>(await EndOf(host)).Why;
    }

    private static Task<RunOutcome> EndOf(IHost host) =>
        host.Services.GetRequiredService<RunProgress>().Outcome.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private IHost Build<T>(Exception error)
        where T : class, IConsumer
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services
            .AddSingleton<IArtifactStore>(new FolderArtifactStore(_folder))
            .AddPipelineCore()
            .AddSingleton<RunProgress>().AddSingleton<WorkInHand>().AddSingleton(error)
            .AddInMemoryBus(bus =>
            {
                bus.AddConsumer<T>();
                bus.AddConsumer<RunFollower>();
                WorkInHand.Watch(bus);
            });
        return builder.Build();
    }

    public sealed class TrainSliceConsumer(Exception error) : IConsumer<TrainSlice>
    {
        public Task Consume(ConsumeContext<TrainSlice> context) => Task.FromException(error);
    }

    public sealed class DeafConsumer(Exception error) : IConsumer<TrialsReady>
    {
        public Task Consume(ConsumeContext<TrialsReady> context) => Task.FromException(error);
    }
}
