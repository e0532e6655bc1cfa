using System.Globalization;
using Pipeline.Contracts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Experiments;

/// <summary>What is wrong with an experiment file, as one line: where it stands, what it is, what would be valid.</summary>
internal static class YamlFailure
{
    private const int Shown = 60;

    public static PipelineException Invalid(string file, string path, YamlNode node, string valid) =>
        At(file, node.Start.Line, $"'{path}' is {Show(node)}; valid is {valid}.");

    public static PipelineException Missing(string file, string path, string valid) =>
        new($"{file}: '{path}' is missing; valid is {valid}.");

    public static PipelineException UnknownKey(string file, string path, string key, YamlNode node, IReadOnlyList<string> keys) =>
        At(file, node.Start.Line, $"'{(path.Length == 0 ? "" : path + ".")}{Clean(key)}' is not a key{Suggest(key, keys)}. Valid keys are {string.Join(", ", keys)}.");

    public static PipelineException Syntax(string file, YamlException error) =>
        new($"{file}, line {error.Start.Line}: this is not valid YAML: {Clean(error.Message, 200)}", error);

    public static PipelineException At(string file, long line, string what, Exception? inner = null) => new($"{file}, line {line}: {what}", inner);

    /// <exception cref="PipelineException">It is none of the names.</exception>
    public static string NameOrThrow(string file, string path, YamlNode node, IReadOnlyList<string> names) =>
        node is YamlScalarNode { Value: { } name } && (names.Contains(name) || (names.Count == 0 && IsName(name)))
            ? name
            : throw At(file, node.Start.Line, $"'{path}' is {Show(node)}; valid is {string.Join(", ", names)}{Suggest((node as YamlScalarNode)?.Value ?? "", names)}.");

    /// <summary>Letters, digits and hyphens: what names of tasks and encoders are made of.</summary>
    private static bool IsName(string text) => text.Length is > 0 and <= Shown && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static string Suggest(string written, IReadOnlyList<string> names) =>
        NearestName.To(written, names) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    private static string Show(YamlNode node) => node switch
    {
        YamlScalarNode { Value: null or "" } => "empty",
        YamlScalarNode { Value: { } text } => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? Clean(text) : $"'{Clean(text)}'",
        YamlSequenceNode { Children.Count: 0 } => "an empty list",
        YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode) => Clean($"[{string.Join(", ", list.Children)}]"),
        YamlSequenceNode => "a list",
        _ => "a mapping",
    };

    private static string Clean(string text, int most = Shown)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > most ? line[..most] + "…" : line;
    }
}
