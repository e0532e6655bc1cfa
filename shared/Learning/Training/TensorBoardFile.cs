using static TorchSharp.torch.utils;

namespace Pipeline.Learning.Training;

/// <summary>Points of a pretraining run as a TensorBoard event file.</summary>
public static class TensorBoardFile
{
    public static byte[] Of(IEnumerable<PretrainingPoint> points)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-tensorboard-").FullName;
        try
        {
            Write(folder, points);
            return File.ReadAllBytes(Directory.EnumerateFiles(folder, "*tfevents*", SearchOption.AllDirectories).Single());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, IEnumerable<PretrainingPoint> points)
    {
        var writer = tensorboard.SummaryWriter(folder, createRunName: false);
        foreach (var point in points)
        {
            Add("pretraining/loss", point.Loss);
            Add("pretraining/learning rate", point.LearningRate);
            if (point.HeldOut is not { } heldOut)
                continue;

            foreach (var (task, accuracy) in heldOut.Accuracy)
                Add($"held-out/accuracy {task}", accuracy);
            Add("held-out/feature deviation", heldOut.FeatureDeviation);
            Add("held-out/effective rank", heldOut.EffectiveRank);

            void Add(string name, double value) => writer.add_scalar(name, (float)value, (int)point.Step);
        }
    }
}
