using Pipeline.Artifacts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts.Masked;

/// <summary>Trains a network to predict masked tokens (Devlin et al. 2019, arXiv:1810.04805).
/// The loss counts masked positions only.</summary>
public sealed class MaskedTokenTrainer(Experiment experiment, string task, TokenizerReference tokenizer, long steps, Device device)
    : PretextTrainer<MaskedTokenNetwork, MaskedTokenBatch>(
        new MaskedTokenNetwork(experiment.Encoder, experiment.Input, tokenizer, experiment.Pretraining.Seed),
        [task],
        experiment.Pretraining,
        steps,
        device)
{
    private readonly ulong _seed = experiment.Pretraining.Seed;

    public static async Task<IPretrainingWork> OpenWorkAsync(
        IArtifactStore store,
        Experiment experiment,
        DatasetManifest dataset,
        PseudoLabelManifest pseudoLabels,
        TorchDevice device,
        CancellationToken cancellation)
    {
        async Task<MaskedTokenSamples> OpenAsync(Split split) =>
            await MaskedTokenSamples.OpenAsync(store, dataset, pseudoLabels, split, cancellation);
        var (samples, validation) = (await OpenAsync(Split.Train), await OpenAsync(Split.Validation));
        var (training, heldOut) = (new MaskedTokenBatches(samples, experiment.Pretraining),
            new MaskedTokenBatches(validation, experiment.Pretraining));
        return await device.Thread.RunAsync(() => new PretrainingWork<MaskedTokenNetwork, MaskedTokenBatch>(
            new MaskedTokenTrainer(experiment, samples.Task, samples.Tokenizer, training.Steps, device.Device), training, heldOut));
    }

    /// <summary>0 where the batch has no masked token.</summary>
    protected override Tensor Loss(MaskedTokenBatch batch)
    {
        DropoutMasks.Seed(_seed, Step);
        var (_, logits) = Network.Forward(Tokens(batch), tensor(batch.Places, device: Device));
        var reduction = batch.Targets.Length > 0 ? nn.Reduction.Mean : nn.Reduction.Sum;
        return nn.functional.cross_entropy(logits, tensor(batch.Targets, device: Device), reduction: reduction);
    }

    /// <returns>Features of the samples as shown, masks included.</returns>
    protected override Tensor Answer(MaskedTokenBatch batch, double[] right, long[] asked)
    {
        var tokens = Tokens(batch);
        var (hidden, logits) = Network.Forward(tokens, tensor(batch.Places, device: Device));
        right[0] += batch.Targets.Length == 0 ? 0 : logits.argmax(1).eq(tensor(batch.Targets, device: Device)).sum().Read();
        asked[0] += batch.Targets.Length;
        return Network.Encoder.Pool(hidden, tokens);
    }

    private Tensor Tokens(MaskedTokenBatch batch) =>
        tensor(batch.Tokens, batch.Samples, batch.Tokens.Length / batch.Samples, device: Device);
}
