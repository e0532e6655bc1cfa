using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

[Collection(TorchTests.Name)]
public sealed class BertInteropTests
{
    private static readonly string[] Pythons = ["python3", "/usr/bin/python3"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_forward_pass_written_apart_in_Python_finds_the_same_hidden_states_in_the_exported_files()
    {
        var python = Pythons.FirstOrDefault(python => Run(python, "-c", "import torch, numpy").Code == 0);
        Assert.SkipWhen(python is null, "There is no python3 with torch and numpy.");
        using var folder = new TemporaryFolder();
        var shape = TransformerTests.Small with { Width = 24, Layers = 3, Heads = 4, FeedForward = 40, Layout = "bert", Norm = "post" };
        var (weights, expected) = Encode(shape);
        await File.WriteAllTextAsync(folder["config.json"],
            BertConfig.Of(new EncoderSpec("transformer", Transformer: shape), TransformerTests.Tokenizer)!.ToJsonString(), Token);
        await WriteAsync(folder["model.safetensors"], weights);
        await WriteAsync(folder["expected.safetensors"], expected);

        var (code, answer) = Run(python!, Path.Combine(AppContext.BaseDirectory, "interop", "bert_forward.py"), folder.Path);

        Assert.Equal(0, code);
        Assert.InRange(double.Parse(answer, CultureInfo.InvariantCulture), 0, 1e-4);
    }

    // Apart from what waits: whether gradients are kept is a matter of the thread, and what goes on after a wait may have another.
    private static (SafetensorsTensor[] Weights, SafetensorsTensor[] Expected) Encode(TransformerSpec shape)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = TransformerTests.Create(shape);
        long[] tokens = [2, 7, 9, 5, 8, 3, 2, 10, 6, 3, 0, 0];
        return ([.. encoder.Tensors()],
            [SafetensorsTensor.Of<long>("tokens", tokens, 2, 6),
                ModuleTensors.ToSafetensors("hidden", encoder.Encode(tensor(tokens, 2, 6)).Tokens)]);
    }

    private static (int Code, string Answer) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var answer = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, answer);
        }
        catch (Win32Exception)
        {
            return (-1, "");
        }
    }

    private static async Task WriteAsync(string path, IReadOnlyList<SafetensorsTensor> tensors)
    {
        await using var stream = File.Create(path);
        await SafetensorsWriter.WriteAsync(stream, tensors, cancellation: Token);
    }
}
