using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Statistics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>LoRA (Hu and others 2021, arXiv:2106.09685): to each matrix W of an encoder, convolutions flattened to [out, in · k · k], a
/// product of two thin ones is added, W + B·A, and these alone are tuned; everything else stays, embeddings too, batch norm's running
/// statistics excepted. The sum is written into the weight itself, so that any encoder can be adapted without knowing of it: by the chain
/// rule the gradients are ∂B = ∂W·Aᵀ and ∂A = Bᵀ·∂W. It saves what is trained and kept by the optimizer, not the time of a step.</summary>
public sealed class LowRankAdapters : IDisposable
{
    private readonly List<Adapter> _adapters = [];

    /// <param name="encoder">Its parameters are frozen, those with an adapter to the extent that only the adapter moves them.</param>
    /// <param name="rank">Columns of B, at least 1. Matrices that so many would not make smaller have no adapter.</param>
    /// <param name="seed">Of A; B is 0 at first, so that the encoder starts as it is.</param>
    /// <exception cref="PipelineException">The rank is so large that no matrix has an adapter.</exception>
    public LowRankAdapters(Encoder encoder, int rank, ulong seed)
    {
        var embeddings = encoder.named_modules().Where(entry => entry.module is Embedding).Select(entry => entry.name + ".weight")
            .ToHashSet();
        foreach (var (name, parameter) in encoder.named_parameters())
        {
            var (rows, columns) = (parameter.shape[0], parameter.numel() / parameter.shape[0]);
            if (parameter.dim() < 2 || embeddings.Contains(name) || rank * (rows + columns) >= rows * columns)
            {
                parameter.requires_grad_(false);
                continue;
            }

            _adapters.Add(new Adapter(parameter, name, rank, seed));
        }

        if (_adapters.Count == 0)
        {
            throw new PipelineException(
                $"fineTuning.loraRank is {rank}; it must make at least one matrix of this encoder smaller.");
        }
    }

    /// <summary>A and B of every adapted matrix.</summary>
    public IEnumerable<Parameter> Parameters => _adapters.SelectMany(adapter => new[] { adapter.Down, adapter.Up });

    /// <summary>Passes the gradients of the weights on to the adapters.</summary>
    public void TakeGradients()
    {
        using var noGradient = no_grad();
        foreach (var adapter in _adapters)
            adapter.TakeGradient();
    }

    /// <summary>Writes the sums into the weights.</summary>
    public void Merge()
    {
        using var noGradient = no_grad();
        foreach (var adapter in _adapters)
            adapter.Merge();
    }

    public void Dispose()
    {
        foreach (var adapter in _adapters)
            adapter.Dispose();
    }

    private sealed class Adapter : IDisposable
    {
        private readonly Parameter _weight;
        private readonly Tensor _original;
        private readonly long _rows;

        public Adapter(Parameter weight, string name, int rank, ulong seed)
        {
            _weight = weight;
            _rows = weight.shape[0];
            _original = weight.detach().clone().DetachFromDisposeScope();
            var columns = weight.numel() / _rows;
            var random = new CounterRandom(seed, "adapters/" + name);
            var values = new float[rank * columns];
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)(random.NextGaussian() / Math.Sqrt(columns));

            Down = Kept(tensor(values, rank, columns, device: weight.device));
            Up = Kept(zeros(_rows, rank, device: weight.device));
        }

        /// <summary>A, shape [rank, in · k · k].</summary>
        public Parameter Down { get; }

        /// <summary>B, shape [out, rank].</summary>
        public Parameter Up { get; }

        public void TakeGradient()
        {
            var gradient = _weight.grad!.reshape(_rows, -1);
            Up.grad = gradient.matmul(Down.t());
            Down.grad = Up.t().matmul(gradient);
            _weight.grad = null;
        }

        public void Merge()
        {
            using var scope = NewDisposeScope();
            _weight.copy_(_original.Plus(Up.matmul(Down).reshape(_original.shape)));
        }

        public void Dispose()
        {
            _original.Dispose();
            Down.Dispose();
            Up.Dispose();
        }

        private static Parameter Kept(Tensor values) => (Parameter)nn.Parameter(values).DetachFromDisposeScope();
    }
}
