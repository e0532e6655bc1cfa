using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Experiments;

/// <summary>The keys of an experiment file: the camelCase names of the records' properties.</summary>
public static class ExperimentKeys
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<string>> Known = new();

    /// <summary>Of section <c>encoder</c>, those that shape a transformer: its size by name, and what stands in <see cref="TransformerSpec"/>.</summary>
    internal static IReadOnlyList<string> OfTransformer { get; } = ["size", .. Names(typeof(TransformerSpec))];

    /// <summary>Every key that holds a value, with its path: <c>pretraining.augmentation.shift</c>.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Below(typeof(Experiment), "")];

    internal static IReadOnlyList<string> Of(Type section) =>
        Known.GetOrAdd(section, type => type == typeof(EncoderSpec) ? [.. Names(type).Where(name => name != "transformer").Union(OfTransformer)] : [.. Names(type)]);

    private static IEnumerable<string> Names(Type type) => type.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    private static IEnumerable<string> Below(Type type, string path)
    {
        var sections = type.GetProperties().Where(property => property.PropertyType.Namespace == typeof(Experiment).Namespace).ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name), property => property.PropertyType);
        return Of(type).SelectMany(key => sections.TryGetValue(key, out var section) ? Below(section, $"{path}{key}.") : [path + key]);
    }
}
