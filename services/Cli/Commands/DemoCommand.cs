using System.CommandLine;
using Pipeline.Cli.Running;
using Pipeline.Experiments;

namespace Pipeline.Cli.Commands;

/// <summary>The experiments that come with the program, on the data that come with it.</summary>
internal static class DemoCommand
{
    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "samples");

    /// <summary>By modality: the name of the experiment, and of its folder of data.</summary>
    private static readonly IReadOnlyDictionary<string, (string Experiment, string Data)> Demos = new Dictionary<string, (string, string)>
    {
        [Modalities.Image] = ("fashion-mnist.yaml", "fashion-mnist"),
        [Modalities.Text] = ("wordnet.yaml", Path.Combine("wordnet", "glosses")),
    };

    public static Command Create()
    {
        var modality = new Option<string>("--modality")
        {
            Description = "image: the part of Fashion-MNIST that comes with the program; text: WordNet's definitions of nouns.",
            DefaultValueFactory = _ => Modalities.Image,
        };
        modality.AcceptOnlyFromAmong([.. Demos.Keys]);
        var (store, device, threads) = (SharedOptions.Store(), SharedOptions.Device(), SharedOptions.Threads());
        var command = new ExampledCommand(
            "demo", "Run the sample experiment of a modality on the sample data that come with the program.", "demo",
            "demo --modality text", "demo --store /tmp/demo --threads 2")
        { modality, store, device, threads };
        command.SetAction((parsed, _) =>
        {
            var (experiment, data) = Demos[parsed.GetRequiredValue(modality)];
            return LocalRun.RunAsync(new RunSettings(
                ExperimentFile.Read(Path.Combine(Samples, experiment)),
                Path.Combine(Samples, data),
                parsed.GetRequiredValue(store),
                parsed.GetValue(device),
                parsed.GetValue(threads)));
        });
        return command;
    }
}
