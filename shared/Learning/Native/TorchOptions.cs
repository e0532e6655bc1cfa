using System.ComponentModel.DataAnnotations;

namespace Pipeline.Learning.Native;

/// <summary>Bound from "Torch"; checked at start.</summary>
public sealed class TorchOptions
{
    /// <summary>Folder with another libtorch (libtorch_cpu and its neighbours), such as PyTorch's own <c>torch/lib</c>. Null: the one that came with the build.</summary>
    public string? LibTorch { get; init; }

    /// <summary><c>auto</c> (CUDA if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    [RegularExpression("auto|cpu|cuda(:[0-9]+)?", ErrorMessage = "valid are auto, cpu, cuda and cuda:n.")]
    public string Device { get; init; } = "auto";

    /// <summary>Threads within one operation; 0 takes all cores. Results are bit-for-bit repeatable for one count.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }
}
