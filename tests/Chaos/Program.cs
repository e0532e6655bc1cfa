using System.Globalization;
using Pipeline.Tests.Chaos;

// dotnet run -c Release --project tests/Chaos -- --seed 1 --faults 200 [--faults-per-run 10] [--experiment image|contrastive|text]
// Several experiments take turns: --experiment image,contrastive
var seed = Option("--seed", 1);
var faults = Option("--faults", 200);
var names = Text("--experiment", "image").Split(',');
var outcome = await ChaosProgram.RunAsync(seed, faults, Option("--faults-per-run", 10), Console.Out, names);
Console.WriteLine(outcome.Summary);
return outcome.Problems.Count == 0 ? 0 : 1;

int Option(string name, int otherwise) => int.Parse(Text(name, $"{otherwise}"), CultureInfo.InvariantCulture);

string Text(string name, string otherwise)
{
    var at = Array.IndexOf(args, name);
    return at < 0 ? otherwise : args[at + 1];
}
