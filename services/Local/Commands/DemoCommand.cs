using System.CommandLine;
using Pipeline.Local.Running;

namespace Pipeline.Local.Commands;

/// <summary>The experiment that comes with the program, on the data that come with it.</summary>
internal static class DemoCommand
{
    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "samples");

    public static Command Create()
    {
        var (store, device, threads) = (SharedOptions.Store(), SharedOptions.Device(), SharedOptions.Threads());
        var command = new ExampledCommand(
            "demo", "Run the sample experiment on the part of Fashion-MNIST that comes with the program.", "demo", "demo --store /tmp/demo --threads 2")
        {
            store,
            device,
            threads,
        };
        command.SetAction((parsed, _) => LocalRun.RunAsync(new RunSettings(
            ExperimentInput.Read(Path.Combine(Samples, "fashion-mnist.yaml")),
            Path.Combine(Samples, "fashion-mnist"),
            parsed.GetRequiredValue(store),
            parsed.GetValue(device),
            parsed.GetValue(threads))));
        return command;
    }
}
