using System.Globalization;
using System.Text.Json;

namespace Pipeline.Experiments;

/// <summary>A value as it was written in YAML or JSON: a text, a list or a mapping. Every error about an experiment is made here.</summary>
/// <param name="source">The file or message, for errors.</param>
/// <param name="line">Null for JSON.</param>
internal sealed class Written(string source, long? line)
{
    private const int Shown = 60;

    public string? Text { get; init; }
    public List<Written>? Items { get; init; }

    public Dictionary<string, (Written Key, Written Value)>? Members { get; init; }

    public static Written Of(JsonElement json, string source, string path = "")
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Array:
                return new Written(source, null) { Items = [.. json.EnumerateArray().Select(item => Of(item, source, path))] };

            case JsonValueKind.Object:
                var mapping = new Written(source, null) { Members = [] };
                foreach (var (key, value) in json.EnumerateObject().Select(member => (member.Name, member.Value)))
                {
                    var at = Join(path, key);
                    if (!mapping.Members.TryAdd(key, (new Written(source, null) { Text = key }, Of(value, source, at))))
                        throw mapping.Error($"'{Clean(at)}' stands twice; must stand once.");
                }

                return mapping;

            default:
                return new Written(source, null) { Text = json.ValueKind == JsonValueKind.String ? json.GetString() : json.GetRawText() };
        }
    }

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <returns>Null where nothing is said.</returns>
    public Written? Find(string path)
    {
        var found = this;
        foreach (var key in path.Split('.'))
            found = found?.Members?.GetValueOrDefault(key).Value;
        return found;
    }

    public PipelineException Invalid(string path, string mustBe, IReadOnlyList<string>? names = null) =>
        Error($"'{path}' is {Show()}; must be {mustBe}{Suggest(Text ?? "", names ?? [])}.");

    public PipelineException Missing(string path, string mustBe) => new($"{source}: '{path}' is missing; must be {mustBe}.");

    /// <summary>For a key of a mapping.</summary>
    public PipelineException UnknownKey(string path, IReadOnlyList<string> keys) =>
        Error($"'{Join(path, Clean(Text ?? ""))}' is not a key{Suggest(Text ?? "", keys)}; must be one of {string.Join(", ", keys)}.");

    public PipelineException Error(string what, Exception? inner = null) =>
        new($"{source}{(line is null ? "" : $", line {line}")}: {what}", inner);

    private static string Suggest(string written, IReadOnlyList<string> names) =>
        NearestName.To(written, names) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    private string Show() => this switch
    {
        { Text: "" } => "empty",
        { Text: { } text } when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => Clean(text),
        { Text: { } text } => $"'{Clean(text)}'",
        { Items: [] } => "an empty list",
        { Items: { } items } when items.All(item => item.Text is not null) =>
            Clean($"[{string.Join(", ", items.Select(item => item.Text))}]"),
        { Items: not null } => "a list",
        _ => "a mapping",
    };

    /// <summary>On one line, and not too long.</summary>
    public static string Clean(string text, int most = Shown)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length > most ? line[..most] + "…" : line;
    }
}
