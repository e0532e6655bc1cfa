using System.Diagnostics;
using System.Globalization;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Chaos;

/// <summary>Runs tiny experiments again and again through five services while faults hit them, until so many have.</summary>
public static class ChaosProgram
{
    /// <summary>The end of it all.</summary>
    public sealed record Outcome(int Seed, int Runs, IReadOnlyDictionary<FaultKind, int> Faults, IReadOnlyList<string> Problems,
        TimeSpan SlowestStop, TimeSpan Time)
    {
        public string Summary => string.Create(
            CultureInfo.InvariantCulture,
            $"seed {Seed}: {Faults.Values.Sum()} faults "
            + $"({string.Join(", ", Faults.OrderBy(kind => kind.Key).Select(kind => $"{kind.Key} {kind.Value}"))}) in {Runs} runs, "
            + $"{Time.TotalMinutes:0.0} min; slowest stop {SlowestStop.TotalSeconds:0.0} s; {Problems.Count} "
            + $"problems{string.Concat(Problems.Select(problem => "\n" + problem))}");
    }

    /// <param name="names">Of tiny experiments; runs take them in turn.</param>
    public static async Task<Outcome> RunAsync(int seed, int faults, int faultsPerRun, TextWriter log, params IReadOnlyList<string> names)
    {
        var experiments = names.Select(name => new TinyExperiment(name)).ToList();
        try
        {
            return await RunAsync(seed, faults, faultsPerRun, log, experiments);
        }
        finally
        {
            experiments.ForEach(experiment => experiment.Dispose());
        }
    }

    private static async Task<Outcome> RunAsync(
        int seed, int faults, int faultsPerRun, TextWriter log, List<TinyExperiment> experiments)
    {
        var clock = Stopwatch.StartNew();
        await using var broker = await RabbitMqServer.StartAsync();
        await using var store = await AzuriteServer.StartAsync();
        var findings = new List<string>();
        foreach (var experiment in experiments)
        {
            findings.Add(await experiment.FindLocallyAsync());
            await log.WriteLineAsync($"{experiment.Name}: the one-process run found {findings[^1]}");
        }

        using var plan = Fault.Plan(seed).GetEnumerator();
        var done = new Dictionary<FaultKind, int>();
        var problems = new List<string>();
        var slowest = TimeSpan.Zero;
        var runs = 0;
        // The first run is left alone: services and one process find the same.
        for (var left = faults; left > 0 || runs == 0; runs++)
        {
            var turn = runs % experiments.Count;
            var experiment = experiments[turn];
            await log.WriteLineAsync($"run {runs}, {experiment.Name}, {(runs == 0 ? "undisturbed" : $"{left} faults left")}");
            await using var run = new ChaosRun(broker, store, experiment, log);
            var outcome = await RunAsync(run, plan, runs == 0 ? 0 : Math.Min(left, faultsPerRun), findings[turn], experiment);
            foreach (var (kind, count) in outcome.Faults)
            {
                done[kind] = done.GetValueOrDefault(kind) + count;
                left -= count;
            }

            slowest = outcome.SlowestStop > slowest ? outcome.SlowestStop : slowest;
            problems.AddRange(outcome.Problems.Select(problem => $"run {runs}: {problem}"));
            await log.WriteLineAsync(
                $"  ended after {outcome.Time.TotalSeconds:0} s, "
                + $"{(outcome.Problems.Count == 0 ? "as it should" : string.Join("; ", outcome.Problems))}");
            if (problems.Count > 0)
            {
                experiment.Keep();
                await log.WriteLineAsync($"  the services' logs are in {experiment.Logs}");
                break;
            }
        }

        return new Outcome(seed, runs, done, problems, slowest, clock.Elapsed);
    }

    /// <exception cref="InvalidOperationException">The run broke off; the services' logs stay.</exception>
    private static async Task<ChaosOutcome> RunAsync(ChaosRun run, IEnumerator<Fault> plan, int most, string findings,
        TinyExperiment experiment)
    {
        try
        {
            return await run.RunAsync(plan, most, findings);
        }
        catch (Exception error)
        {
            experiment.Keep();
            throw new InvalidOperationException($"The run broke off: {error.Message} The services' logs are in {experiment.Logs}.", error);
        }
    }
}
