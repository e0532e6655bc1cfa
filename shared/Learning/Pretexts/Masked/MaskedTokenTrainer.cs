using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts.Masked;

/// <summary>
/// The live state of one pretraining run on masked tokens (Devlin et al. 2019, arXiv:1810.04805): network, optimizer, step. A step is a
/// function of this state and the batch; saved and loaded, training goes on bit for bit as if it had not stopped.
/// </summary>
public sealed class MaskedTokenTrainer : IDisposable
{
    private readonly PretrainingSpec _spec;
    private readonly string _task;
    private readonly Device _device;
    private readonly MaskedTokenNetwork _network;
    private readonly PretrainedNetwork _state;

    public MaskedTokenTrainer(Experiment experiment, string task, TokenizerReference tokenizer, long steps, Device device)
    {
        _spec = experiment.Pretraining;
        _task = task;
        _device = device;
        _network = new MaskedTokenNetwork(experiment.Encoder, experiment.Input, tokenizer, _spec.Seed);
        _network.to(device);
        _state = new PretrainedNetwork(_network, _spec, steps);
    }

    /// <summary>Steps done.</summary>
    public long Step => _state.Step;

    public double LearningRate => _state.LearningRate;

    /// <summary>One optimizer step.</summary>
    /// <returns>The cross-entropy of the masked tokens before it, in nats; 0 where the batch has none.</returns>
    /// <exception cref="PipelineException">The loss is not finite: training diverged.</exception>
    public double Train(MaskedTokenBatch batch)
    {
        using var scope = NewDisposeScope();
        _network.train();
        DropoutMasks.Seed(_spec.Seed, Step);
        var (_, logits) = _network.Forward(Tokens(batch), tensor(batch.Places, device: _device));
        var loss = nn.functional.cross_entropy(
            logits, tensor(batch.Targets, device: _device), reduction: batch.Targets.Length > 0 ? nn.Reduction.Mean : nn.Reduction.Sum);
        return _state.Descend(loss);
    }

    /// <summary>How many of the masked tokens are predicted, and feature statistics over the samples as shown, without training.</summary>
    public HeldOutMeasure Measure(IEnumerable<MaskedTokenBatch> batches)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        _network.eval();
        var (right, asked) = (0.0, 0L);
        var features = new List<Tensor>();
        foreach (var batch in batches)
        {
            using var inner = NewDisposeScope();
            var tokens = Tokens(batch);
            var (hidden, logits) = _network.Forward(tokens, tensor(batch.Places, device: _device));
            features.Add(_network.Encoder.Pool(hidden, tokens).MoveToOuterDisposeScope());
            right += batch.Targets.Length == 0 ? 0 : logits.argmax(1).eq(tensor(batch.Targets, device: _device)).sum().Read();
            asked += batch.Targets.Length;
        }

        var all = cat(features);
        return new HeldOutMeasure(
            new Dictionary<string, double> { [_task] = asked == 0 ? 0 : right / asked },
            FeatureStatistics.Deviation(all),
            FeatureStatistics.EffectiveRank(all),
            all.shape[0]);
    }

    /// <summary>Everything that the next step depends on.</summary>
    public List<SafetensorsTensor> Save() => _state.Save();

    public void Load(SafetensorsFile checkpoint) => _state.Load(checkpoint);

    /// <summary>The encoder alone: what pretraining leaves.</summary>
    public List<SafetensorsTensor> SaveEncoder() => [.. _network.Encoder.Tensors()];

    public void Dispose()
    {
        _state.Dispose();
        _network.Dispose();
    }

    private Tensor Tokens(MaskedTokenBatch batch) =>
        tensor(batch.Tokens, batch.Samples, batch.Tokens.Length / batch.Samples, device: _device);
}
