using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Pipeline.Tests.Unit.Deploy;

/// <summary>A compose file with its anchors and merges resolved, and variables by their defaults.</summary>
internal sealed partial class ComposeFile
{
    private readonly Dictionary<string, object?> _root;

    private ComposeFile(Dictionary<string, object?> root) => _root = root;

    public IReadOnlyDictionary<string, object?> Services => Map(_root["services"]);

    /// <summary>The services that are built from this repository, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, object?>> Built =>
        Services.Where(service => Map(service.Value).ContainsKey("build"))
        .ToDictionary(service => service.Key, service => Map(service.Value));

    public static ComposeFile Read(string file)
    {
        using var reader = new StringReader(File.ReadAllText(Repository.PathOf(file)));
        var read = new DeserializerBuilder().Build().Deserialize<object>(new MergingParser(new Parser(reader)));
        return new ComposeFile((Dictionary<string, object?>)Plain(read)!);
    }

    public static IReadOnlyDictionary<string, object?> Map(object? node) => (Dictionary<string, object?>)node!;

    public static IReadOnlyList<string> Texts(object? node) => [.. ((List<object?>)node!).Cast<string>()];

    public static string Text(IReadOnlyDictionary<string, object?> node, string name) => (string)node[name]!;

    /// <summary>The service as a class of services/: <c>pseudo-labels</c> is PseudoLabels.</summary>
    public static string ProjectOf(IReadOnlyDictionary<string, object?> service) => Text(Map(Map(service["build"])["args"]), "SERVICE");

    private static object? Plain(object? node) => node switch
    {
        IDictionary<object, object> map => map.ToDictionary(pair => (string)pair.Key, pair => Plain(pair.Value)),
        IEnumerable<object> list => list.Select(Plain).ToList(),
        string text => Variable().Replace(text, "$1"),
        _ => node,
    };

    /// <summary><c>${NAME:-default}</c>.</summary>
    [GeneratedRegex(@"\$\{[A-Z_]+:-([^}]*)\}")]
    private static partial Regex Variable();
}
