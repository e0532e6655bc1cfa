using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Experiments;

namespace Pipeline.Tests.Unit.Experiments;

/// <summary>A table of docs/experiment.md, made from the declared keys.</summary>
internal static class ExperimentTable
{
    public static string Of(Func<ExperimentKey, bool> isIn) => string.Concat(
        ExperimentKeys.All.Where(declared => isIn(declared.Key)).Select(declared =>
            $"| `{declared.Path}` | {declared.Key.Declared.Meaning} | {Default(declared.Path, declared.Key)} | {MustBe(declared.Key)} |\n")
        .Prepend("|---|---|---|---|\n").Prepend("| key | meaning | default | must be |\n"));

    private static string Default(string path, ExperimentKey key)
    {
        var modality = Modalities.All.First(key.IsOf);
        var defaults = JsonSerializer.SerializeToNode(Experiment.Default(modality), PipelineJson.Compact)!;
        return key.Declared.Default ?? (ExperimentFileTests.At(defaults, path) ?? OfSection(path)) switch
        {
            _ when key.IsRequired => "required",
            null when key.Type == typeof(bool) => "false",
            null => "none",
            JsonArray list => $"[{string.Join(", ", list)}]",
            var value when value.GetValueKind() == JsonValueKind.String => $"`{value}`",
            var value => value.ToJsonString(),
        };
    }

    /// <summary>The default in a section that is null where nothing is said.</summary>
    private static JsonNode? OfSection(string path)
    {
        var (section, names) = (typeof(Experiment), path.Split('.'));
        foreach (var name in names[..^1])
        {
            var property = section.GetProperty(name, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance);
            section = property is null ? section : property.PropertyType;
        }

        return section.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.HasDefaultValue))
            ? JsonSerializer.SerializeToNode(JsonSerializer.Deserialize("{}", section, PipelineJson.Compact), PipelineJson.Compact)![names[^1]]
            : null;
    }

    private static string MustBe(ExperimentKey key)
    {
        var values = key.Values.Select(value => (Text: MustBe(value, key.Type), For: value.For.Split(' '))).ToList();
        return values is [var (text, _)]
            ? text : string.Join("; ", values.Select(value => $"{string.Join(", ", value.For)}: {value.Text}"));
    }

    private static string MustBe(ValueAttribute value, Type type)
    {
        var isList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        return value.Names.Count == 0
            ? isList ? value.ListMustBe : value.MustBe
            : string.Join(", ", value.Names.Select(name => $"`{name}`")) + (isList ? ", or a list of different ones" : "");
    }
}
