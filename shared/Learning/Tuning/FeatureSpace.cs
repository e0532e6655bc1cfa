using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Vectors of samples that no trial changes: what an encoder that stays as it is makes of them, or a fixed description.</summary>
public interface IFeatureSpace : IDisposable
{
    /// <summary>Numbers of a vector, D.</summary>
    int Width { get; }

    /// <summary>What the vectors depend on beside the samples: part of the key that they are stored under.</summary>
    object MadeFrom { get; }

    /// <summary>Whether the proportions of its numbers mean something, so that all are scaled by one deviation and not each by its
    /// own.</summary>
    bool HasOneScale => false;

    /// <returns>Float32, shape [N, D]; of tagged sequences a row for each token, [N, T, D].</returns>
    Tensor Describe(LabelledSamples samples, ReadOnlySpan<int> positions);
}

/// <summary>What an encoder makes of samples, by a readout.</summary>
public sealed class EncoderSpace : IFeatureSpace
{
    private readonly Encoder _encoder;
    private readonly Readout _readout;
    private readonly Device _device;

    /// <param name="weights">File of the pretrained encoder; null leaves it random.</param>
    /// <param name="digest">Of that file; null for a random encoder.</param>
    /// <param name="readout">Null: every position has its own vector.</param>
    public EncoderSpace(
        EncoderSpec spec, InputSpec input, TokenizerReference? tokenizer, ulong seed, string? weights, string? digest, string? readout,
        Device device)
    {
        _device = device;
        _encoder = EncoderArchitectures.Create(spec, input, tokenizer);
        WeightInitialization.Initialize(_encoder, seed);
        if (weights is not null)
        {
            using var file = SafetensorsFile.Open(weights);
            _encoder.LoadTensors(file);
        }

        _encoder.to(device).eval();
        _readout = Readout.Create(readout, _encoder);
        MadeFrom = new { spec, tokenizer, seed = digest is null ? seed : 0, digest, readout };
    }

    public int Width => _readout.Width;

    public object MadeFrom { get; }

    public Tensor Describe(LabelledSamples samples, ReadOnlySpan<int> positions)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return _readout.Read(_encoder.Encode(samples.Inputs(positions, _device))).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _readout.Dispose();
    }
}

/// <summary>The vectors of two spaces, one after the other.</summary>
/// <param name="first">Disposed with this, as is <paramref name="second"/>.</param>
public sealed class FusedSpace(IFeatureSpace first, IFeatureSpace second) : IFeatureSpace
{
    public int Width => first.Width + second.Width;

    public object MadeFrom => new { first = first.MadeFrom, second = second.MadeFrom };

    public Tensor Describe(LabelledSamples samples, ReadOnlySpan<int> positions)
    {
        using var scope = NewDisposeScope();
        return cat([first.Describe(samples, positions), second.Describe(samples, positions)], 1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
