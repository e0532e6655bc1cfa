using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipeline.Experiments;

/// <summary>A key or section of the experiment file, as its <see cref="KeyAttribute"/> declares it.</summary>
/// <param name="Type">Of its value.</param>
/// <param name="Inside">The property in which the value is kept, where that is not the section itself.</param>
internal sealed record ExperimentKey(
    string Name, KeyAttribute Declared, Type Type, bool IsRequired, IReadOnlyList<ValueAttribute> Values, string? Inside = null)
{
    /// <summary>The modalities that have it, with spaces between.</summary>
    public string For { get; init; } = Declared.For;

    /// <inheritdoc cref="KeyAttribute.Elsewhere"/>
    public string Elsewhere { get; init; } = Declared.Elsewhere;

    public bool IsSection => Values.Count == 0;

    public bool IsOf(string modality) => Words(For).Contains(modality);

    public ValueAttribute ValueFor(string modality) => Values.First(value => Words(value.For).Contains(modality));

    private static string[] Words(string text) => text.Split(' ');
}

/// <summary>The keys of an experiment file, read from the records of <see cref="Experiment"/>.</summary>
internal static class ExperimentKeys
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<ExperimentKey>> Known = new();

    /// <summary>Every key that holds a value, with its path: <c>pretraining.augmentation.shift</c>.</summary>
    public static IReadOnlyList<(string Path, ExperimentKey Key)> All { get; } = [.. Below(typeof(Experiment), "", Modalities.Every)];

    /// <summary>What must be written instead of keys that there were.</summary>
    public static IReadOnlyDictionary<string, string> Former { get; } = new Dictionary<string, string>
    {
        ["encoder.pooling"] = "left out; fineTuning.readout takes its place, with mean, first, ends or attention",
    };

    public static IReadOnlyList<ExperimentKey> Of(Type section) => Known.GetOrAdd(section, type => [.. Declared(type)]);

    private static IEnumerable<ExperimentKey> Declared(Type section)
    {
        foreach (var member in section.GetMethods().Concat<MemberInfo>(section.GetProperties()))
        {
            if (member.GetCustomAttribute<KeyAttribute>() is not { } declared)
                continue;

            var name = JsonNamingPolicy.CamelCase.ConvertName(member.Name);
            var type = (member as PropertyInfo)?.PropertyType ?? typeof(string);
            if (declared.Inline)
            {
                foreach (var key in Of(type))
                    yield return key with { Inside = name, For = declared.For, Elsewhere = declared.Elsewhere };
                continue;
            }

            var required = member.IsDefined(typeof(RequiredMemberAttribute));
            yield return new ExperimentKey(name, declared, type, required, [.. member.GetCustomAttributes<ValueAttribute>()]);
        }
    }

    private static IEnumerable<(string Path, ExperimentKey Key)> Below(Type section, string path, string modalities)
    {
        foreach (var key in Of(section))
        {
            var within = key with { For = key.For == Modalities.Every ? modalities : key.For };
            var at = Written.Join(path, key.Name);
            foreach (var found in key.IsSection ? Below(key.Type, at, within.For) : [(at, within)])
                yield return found;
        }
    }
}
