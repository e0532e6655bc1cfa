using System.Runtime.CompilerServices;
using Pipeline.Contracts;
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
        {
            return torch.CPU;
        }

        if (!torch.cuda_is_available())
        {
            throw new PipelineException($"Torch:Device is '{wanted}', but this libtorch finds no CUDA device. Valid here are auto and cpu.");
        }

        var index = wanted.Contains(':', StringComparison.Ordinal) ? int.Parse(wanted.Split(':')[1]) : 0;
        if (index >= torch.cuda.device_count())
        {
            throw new PipelineException($"Torch:Device is '{wanted}', but there are {torch.cuda.device_count()} CUDA devices. Valid are cuda:0 to cuda:{torch.cuda.device_count() - 1}.");
        }

        torch.InitializeDeviceType(DeviceType.CUDA);
        return torch.device(DeviceType.CUDA, index);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static EnvironmentSummary Describe(torch.Device device) =>
        new(device.type == DeviceType.CUDA ? $"cuda:{device.index}" : "cpu", torch.get_num_threads(), torch.__version__);
}
