using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace Pipeline.Learning.Native;

/// <summary>The device that training runs on, chosen once for a process.</summary>
public sealed class TorchDevice : IDisposable
{
    /// <exception cref="PipelineException">The wanted device is not there.</exception>
    public TorchDevice(TorchOptions options)
    {
        LibTorch.Load(options);
        Device = Choose(options.Device);
        Environment = Describe(Device);
    }

    public torch.Device Device { get; }

    /// <summary>Where all work with torch is done.</summary>
    public TorchThread Thread { get; } = new();

    public EnvironmentSummary Environment { get; }

    public void Dispose() => Thread.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static torch.Device Choose(string wanted)
    {
        if (wanted == "cpu" || (wanted == "auto" && !torch.cuda_is_available()))
            return torch.CPU;

        if (!torch.cuda_is_available())
        {
            throw new PipelineException(
                $"Torch:Device is '{wanted}', but this libtorch finds no CUDA device: it must be auto or cpu.");
        }

        var index = wanted.Contains(':', StringComparison.Ordinal) ? int.Parse(wanted.Split(':')[1]) : 0;
        if (index >= torch.cuda.device_count())
        {
            throw new PipelineException(
                $"Torch:Device is '{wanted}', but there are {torch.cuda.device_count()} CUDA devices. "
                + $"It must be cuda:0 to cuda:{torch.cuda.device_count() - 1}.");
        }

        torch.InitializeDeviceType(DeviceType.CUDA);
        return torch.device(DeviceType.CUDA, index);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static EnvironmentSummary Describe(torch.Device device) =>
        new(device.type == DeviceType.CUDA ? $"cuda:{device.index}" : "cpu", torch.get_num_threads(), torch.__version__);
}

/// <summary>Bound from "Torch"; checked at start.</summary>
public sealed class TorchOptions
{
    /// <summary>Folder with another libtorch, such as PyTorch's own <c>torch/lib</c>. Null: that of the build.</summary>
    public string? LibTorch { get; init; }

    /// <summary><c>auto</c> (CUDA if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    [RegularExpression("auto|cpu|cuda(:[0-9]+)?", ErrorMessage = "must be auto, cpu, cuda or cuda:n.")]
    public string Device { get; init; } = "auto";

    /// <summary>Threads within one operation; 0 takes all cores. Results are bit-for-bit repeatable for one count.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }
}

/// <summary>The device of a process, for whichever of its stages work with torch.</summary>
public static class TorchRegistration
{
    public static IServiceCollection AddTorch(this IServiceCollection services)
    {
        services
            .AddOptions<TorchOptions>()
            .BindConfiguration("Torch", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(provider => new TorchDevice(provider.GetRequiredService<IOptions<TorchOptions>>().Value));
        return services;
    }
}
