using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>Logistic regression without a network. The grid holds the weights of its penalty.</summary>
internal sealed class BaselineArm : ITrialArm
{
    public Arm Arm => Arm.Baseline;

    public bool Pretrained => false;

    public bool Suits(string task) => task != LabelTasks.Tagging;

    public IReadOnlyList<double> Grid(FineTuningSpec spec) => spec.BaselinePenalties;

    /// <summary>The metric decides only between ways of counting, which sequences have and images have not.</summary>
    public object Inputs(Experiment experiment, EncoderManifest encoder) =>
        new { metric = encoder.Tokenizer is null ? null : experiment.Evaluation.Metric };

    public TrainedModel Train(TrialSetting setting, TrialData data, CancellationToken cancellation)
    {
        var (experiment, _, trial, _, device) = setting;
        var (model, loss, answers) = Baseline.Fit(
            data, trial.LearningRate, experiment.Evaluation.Metric, device.Device, cancellation);
        using var fitted = model;
        return new TrainedModel([.. fitted.Tensors()], answers, loss, fitted.Size);
    }

    public int[] Predict(TrialSetting setting, SafetensorsFile model, LabelledSamples samples)
    {
        using var baseline = Baseline.Load(model, samples, setting.Device.Device);
        return baseline.Predict(samples, setting.Device.Device);
    }
}
