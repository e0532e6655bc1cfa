using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Pipeline.Contracts;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>The experiment, whole, under the names by which it is written.</summary>
internal static class SettingsSection
{
    public static XElement Render(ReportPageContent content)
    {
        var settings = JsonSerializer.SerializeToNode(content.Run.Experiment, PipelineJson.Options)!.AsObject();
        var groups = settings.ToLookup(setting => setting.Value is JsonObject);
        return Section("settings", "Settings",
            Tag("div", Class("settings"),
                Group("experiment", groups[false]),
                groups[true].Select(group => Group(group.Key, group.Value!.AsObject()))));
    }

    private static XElement Group(string name, IEnumerable<KeyValuePair<string, JsonNode?>> settings) =>
        Tag("div", Tag("h3", name), Tag("dl", Rows("", settings)));

    private static IEnumerable<XElement> Rows(string prefix, IEnumerable<KeyValuePair<string, JsonNode?>> settings) =>
        settings.SelectMany(setting => setting.Value is JsonObject inner
            ? Rows($"{prefix}{setting.Key}.", inner)
            : [Tag("div", Tag("dt", prefix + setting.Key), Tag("dd", Value(setting.Value)))]);

    private static string Value(JsonNode? value) => value switch
    {
        null => "default",
        JsonArray list => string.Join(", ", list.Select(Value)),
        _ => value.ToString(),
    };
}
