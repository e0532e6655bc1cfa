using Pipeline.Artifacts;
using Pipeline.Contracts;
using static TorchSharp.torch.utils;

namespace Pipeline.Pretraining;

/// <summary>
/// TensorBoard event files beside the checkpoints, one a slice: <c>tensorboard --logdir STORE/pretraining</c> shows every encoder of a store, also while it trains.
/// </summary>
public sealed class TensorBoardLog(IArtifactStore store)
{
    /// <summary>Writes what no file holds yet.</summary>
    public async Task WriteAsync(PretrainingPlan plan, IReadOnlyList<PretrainingPoint> history, CancellationToken cancellation)
    {
        var written = -1L;
        await foreach (var file in store.ListAsync($"{plan.Root}/tensorboard", cancellation))
        {
            written = long.Parse(file.Key.Split('.')[^1]);
        }

        var points = history.Where(point => point.Step > written).ToList();
        if (points.Count == 0)
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("pipeline-tensorboard-").FullName;
        try
        {
            Write(folder, points);
            var file = Directory.EnumerateFiles(folder, "*tfevents*", SearchOption.AllDirectories).Single();
            await store.CreateAsync(
                $"{plan.Root}/tensorboard/events.out.tfevents.{points[^1].Step:d12}",
                async (stream, token) =>
                {
                    await using var events = File.OpenRead(file);
                    await events.CopyToAsync(stream, token);
                },
                cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, IReadOnlyList<PretrainingPoint> points)
    {
        var writer = tensorboard.SummaryWriter(folder, createRunName: false);
        foreach (var point in points)
        {
            var step = (int)point.Step;
            writer.add_scalar("pretraining/loss", (float)point.Loss, step);
            writer.add_scalar("pretraining/learning rate", (float)point.LearningRate, step);
            if (point.HeldOut is { } heldOut)
            {
                foreach (var (task, accuracy) in heldOut.Accuracy)
                {
                    writer.add_scalar($"held-out/accuracy {task}", (float)accuracy, step);
                }

                writer.add_scalar("held-out/feature deviation", (float)heldOut.FeatureDeviation, step);
                writer.add_scalar("held-out/effective rank", (float)heldOut.EffectiveRank, step);
            }
        }
    }
}
