using Pipeline.Learning.Native;
using Pipeline.Tests.Unit.Artifacts;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Native;

[Collection(TorchTests.Name)]
public sealed class LibTorchTests
{
    [Fact]
    public void It_adds_once_loaded_and_loads_no_second_time()
    {
        LibTorch.Load(new TorchOptions { LibTorch = "/nowhere", Threads = 7 });

        using var sum = torch.tensor(2f) + torch.tensor(3f);
        Assert.Equal(5f, sum.item<float>());
        Assert.Equal(LoadedTorch.Options.Threads, torch.get_num_threads());
    }

    [Fact]
    public void A_folder_without_libtorch_is_named_in_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the system's own loader finds it.");

        var error = Assert.Throws<PipelineException>(() => LibTorch.LoadFiles(new TorchOptions { LibTorch = "/nowhere/lib" }));

        Assert.Contains("no libtorch_cpu.so in /nowhere/lib", error.Message, StringComparison.Ordinal);
        Assert.Contains("Torch:LibTorch", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_libtorch_that_is_none_is_named_in_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the system's own loader finds it.");
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            File.WriteAllText(folder[name], "not a library");
        }

        var error = Assert.Throws<PipelineException>(() => LibTorch.LoadFiles(new TorchOptions { LibTorch = folder.Path }));

        Assert.Contains(folder["libc10.so"], error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_device_that_is_not_there_is_named_with_those_that_are()
    {
        var wanted = torch.cuda_is_available() ? "cuda:4711" : "cuda";

        var error = Assert.Throws<PipelineException>(() => new TorchDevice(new TorchOptions { Device = wanted }));

        Assert.Contains($"'{wanted}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("must be", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_device_tells_what_results_were_made_on()
    {
        var device = new TorchDevice(LoadedTorch.Options);

        Assert.Equal("cpu", device.Environment.Device);
        Assert.Equal(1, device.Environment.Threads);
        Assert.NotEmpty(device.Environment.Torch);
    }
}
