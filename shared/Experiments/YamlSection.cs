using System.Globalization;
using Pipeline.Contracts;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Experiments;

/// <summary>
/// A mapping of the file, read strictly: keys that it does not have are refused at once, and each value is checked against its range.
/// Where the mapping is absent, every value is the default.
/// </summary>
internal sealed class YamlSection
{
    private readonly string _file;
    private readonly string _path;
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);

    private YamlSection(string file, string path) => (_file, _path) = (file, path);

    /// <param name="file">To be named in errors.</param>
    /// <param name="path">Empty for the whole file.</param>
    /// <param name="node">Null where the file does not have it.</param>
    /// <exception cref="PipelineException">It is no mapping, or has a key that <typeparamref name="T"/> does not have.</exception>
    public static YamlSection Of<T>(string file, string path, YamlNode? node)
    {
        var section = new YamlSection(file, path);
        var keys = ExperimentKeys.Of(typeof(T));
        if (node is null)
        {
            return section;
        }

        if (node is not YamlMappingNode mapping)
        {
            throw YamlFailure.Invalid(file, path.Length == 0 ? "the file" : path, node, $"a mapping with the keys {string.Join(", ", keys)}");
        }

        foreach (var (keyNode, value) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            section._values[key] = keys.Contains(key) ? value : throw YamlFailure.UnknownKey(file, path, key, keyNode, keys);
        }

        return section;
    }

    public bool IsScalar(string key) => _values.GetValueOrDefault(key) is YamlScalarNode;

    public YamlSection Section<T>(string key) => Of<T>(_file, PathOf(key), _values.GetValueOrDefault(key));

    public int Whole(string key, int least, int most, int otherwise) =>
        WholeOrNull(key, least, most) ?? otherwise;

    public int? WholeOrNull(string key, int least, int most) =>
        Value(key, $"a whole number from {least} to {most}", text => ParseWhole(text, least, most));

    public ulong Seed(string key, ulong otherwise) =>
        Value<ulong>(
            key, $"a whole number from 0 to {ulong.MaxValue}",
            text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : null) ?? otherwise;

    public double Number(string key, NumberRange range, double otherwise) =>
        Value(key, range.ToString(), range.Parse) ?? otherwise;

    /// <summary>One of a list of names.</summary>
    public string OneOf(string key, IReadOnlyList<string> names, string otherwise) =>
        _values.TryGetValue(key, out var node) ? YamlFailure.NameOrThrow(_file, PathOf(key), node, names) : otherwise;

    /// <summary>Text of a given form, required.</summary>
    public string Text(string key, string valid, Func<string, bool> isValid) =>
        _values.TryGetValue(key, out var node)
            ? node is YamlScalarNode { Value: { } text } && isValid(text) ? text : throw YamlFailure.Invalid(_file, PathOf(key), node, valid)
            : throw YamlFailure.Missing(_file, PathOf(key), valid);

    /// <summary>Text of a given form; null where there is none.</summary>
    public string? TextOrNull(string key, string valid, Func<string, bool> isValid) => Has(key) ? Text(key, valid, isValid) : null;

    /// <summary>One text or a list of different ones, which may be empty; null where there is none.</summary>
    public IReadOnlyList<string>? TextsOrNull(string key, string valid, Func<string, bool> isValid)
    {
        if (!_values.TryGetValue(key, out var node))
        {
            return null;
        }

        string[] values = [.. (node is YamlSequenceNode list ? list.Children : [node]).Select((item, at) =>
            item is YamlScalarNode { Value: { } text } && isValid(text) ? text : throw YamlFailure.Invalid(_file, node is YamlSequenceNode ? $"{PathOf(key)}[{at}]" : PathOf(key), item, valid))];
        return values.Distinct(StringComparer.Ordinal).Count() == values.Length ? values : throw YamlFailure.Invalid(_file, PathOf(key), node, valid);
    }

    /// <summary>One name or a list of different ones, required.</summary>
    public IReadOnlyList<string> Names(string key, IReadOnlyList<string> names)
    {
        var valid = $"one of {string.Join(", ", names)}, or a list of different ones";
        if (!_values.TryGetValue(key, out var node))
        {
            throw YamlFailure.Missing(_file, PathOf(key), valid);
        }

        IReadOnlyList<YamlNode> items = node is YamlSequenceNode { Children: [_, ..] } list ? [.. list.Children] : [node];
        string[] values = [.. items.Select(item => YamlFailure.NameOrThrow(_file, PathOf(key), item, names))];
        return values.Distinct().Count() == values.Length ? values : throw YamlFailure.Invalid(_file, PathOf(key), node, valid);
    }

    /// <summary>A list of whole numbers, required.</summary>
    public IReadOnlyList<int> AscendingWholes(string key, int least, int most) =>
        List(key, $"a list of whole numbers from {least} to {most}, ascending", text => ParseWhole(text, least, most), (next, before) => before.Count == 0 || next > before[^1], otherwise: null);

    public IReadOnlyList<double> DifferentNumbers(string key, NumberRange range, IReadOnlyList<double> otherwise) =>
        List(key, $"a list of different numbers, each {range}", range.Parse, (next, before) => !before.Contains(next), otherwise);

    /// <summary>A value that is valid alone, but not with the others.</summary>
    public PipelineException Invalid(string key, string valid) => YamlFailure.Invalid(_file, PathOf(key), _values[key], valid);

    /// <summary>A key of this section that the rest of the experiment has no use for.</summary>
    /// <exception cref="PipelineException">It is there.</exception>
    public void Reject(string key, string valid)
    {
        if (Has(key))
        {
            throw Invalid(key, valid);
        }
    }

    public bool Has(string key) => _values.ContainsKey(key);

    private IReadOnlyList<T> List<T>(
        string key, string valid, Func<string, T?> parse, Func<T, List<T>, bool> fits, IReadOnlyList<T>? otherwise) where T : struct
    {
        if (!_values.TryGetValue(key, out var node))
        {
            return otherwise ?? throw YamlFailure.Missing(_file, PathOf(key), valid);
        }

        if (node is not YamlSequenceNode { Children: [_, ..] } list)
        {
            throw YamlFailure.Invalid(_file, PathOf(key), node, valid);
        }

        var values = new List<T>();
        foreach (var item in list.Children)
        {
            var value = item is YamlScalarNode { Value: { } text } ? parse(text) : null;
            values.Add(value is { } number && fits(number, values)
                ? number
                : throw YamlFailure.Invalid(_file, $"{PathOf(key)}[{values.Count}]", item, valid));
        }

        return values;
    }

    private T? Value<T>(string key, string valid, Func<string, T?> parse) where T : struct =>
        _values.TryGetValue(key, out var node)
            ? node is YamlScalarNode { Value: { } text } && parse(text) is { } value ? value : throw YamlFailure.Invalid(_file, PathOf(key), node, valid)
            : null;

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private static int? ParseWhole(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
