using Pipeline.Artifacts;
using Pipeline.Learning.Training;

namespace Pipeline.Pretraining;

/// <summary>TensorBoard event files beside the checkpoints, one a slice: <c>tensorboard --logdir STORE/pretraining</c>.</summary>
public static class TensorBoardLog
{
    /// <summary>Writes what no file holds yet.</summary>
    public static async Task WriteAsync(
        IArtifactStore store, PretrainingPlan plan, IReadOnlyList<PretrainingPoint> history, CancellationToken cancellation)
    {
        var written = -1L;
        await foreach (var file in store.ListAsync($"{plan.Root}/tensorboard", cancellation))
            written = long.Parse(file.Key.Split('.')[^1]);

        var points = history.Where(point => point.Step > written).ToList();
        if (points.Count == 0)
            return;

        var events = TensorBoardFile.Of(points);
        var key = $"{plan.Root}/tensorboard/events.out.tfevents.{points[^1].Step:d12}";
        await store.CreateAsync(key, (stream, token) => stream.WriteAsync(events, token).AsTask(), cancellation);
    }
}
