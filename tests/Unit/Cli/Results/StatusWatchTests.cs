using System.Text.Json;
using Pipeline.Cli.Results;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Results;

public sealed class StatusWatchTests
{
    private static readonly RunStatus Old = new("old", Stage.Evaluation, Verdict.Helps, DateTimeOffset.UnixEpoch, State: RunState.Finished);
    private static readonly RunStatus Young = new("young", Stage.Pretraining, null, DateTimeOffset.UnixEpoch, Step: 10, Steps: 40);

    [Fact]
    public async Task Only_what_has_changed_since_the_last_look_is_written()
    {
        var lines = await WatchAsync(json: false, [Young, Old], [Young, Old], [Young with { Step = 20 }, Old]);

        Assert.Equal(["old", "young", "young"], lines.Select(line => line.Split(' ')[0]));
        Assert.EndsWith("10/40", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("20/40", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_JSON_a_changed_run_is_an_object_a_line()
    {
        var lines = await WatchAsync(json: true, [Young], [Young with { State = RunState.Failed, Failure = new RunFailure(Stage.Pretraining, "The loss is not finite.", "train-slice_error") }]);

        Assert.Equal(["running", "failed"], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("state").GetString()));
        Assert.Equal("The loss is not finite.", JsonDocument.Parse(lines[1]).RootElement.GetProperty("failure").GetProperty("reason").GetString());
    }

    /// <summary>Each look at once finds the next of the answers; after the last the watching ends.</summary>
    private static async Task<IReadOnlyList<string>> WatchAsync(bool json, params IReadOnlyList<RunStatus>[] answers)
    {
        using var ended = new CancellationTokenSource();
        var output = new StringWriter();
        var looks = 0;
        var watch = new StatusWatch(
            async _ =>
            {
                if (looks == answers.Length)
                {
                    await ended.CancelAsync();
                    return answers[^1];
                }

                return answers[looks++];
            },
            new HastyClock());
        await watch.WriteChangesAsync(output, json, ended.Token);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A clock whose timers are due at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
    }
}
