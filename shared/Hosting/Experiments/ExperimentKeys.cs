using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Experiments;

/// <summary>The keys of an experiment file: the camelCase names of the records' properties.</summary>
public static class ExperimentKeys
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<string>> Known = new();

    /// <summary>Every key that holds a value, with its path: <c>pretraining.augmentation.shift</c>.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Below(typeof(Experiment), "")];

    internal static IReadOnlyList<string> Of<T>() =>
        Known.GetOrAdd(typeof(T), type => [.. type.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))]);

    private static IEnumerable<string> Below(Type type, string path) =>
        type.GetProperties().SelectMany(property =>
        {
            var key = path + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            return property.PropertyType.Namespace == typeof(Experiment).Namespace ? Below(property.PropertyType, key + ".") : [key];
        });
}
