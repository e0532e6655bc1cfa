using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts;

/// <summary>What stores hold is found by names: those of kinds, and those of the members of each manifest. This test knows them all. Where
/// it fails, a store that exists would no longer be read: keep the old name, by <see cref="JsonPropertyNameAttribute"/> for a member, or
/// raise the format of the kind.</summary>
public sealed class ArtifactKindsTests
{
    private static readonly string[] Assemblies =
    [
        "Contracts", "Experiments", "Hosting", "Learning", "Ingestion", "PseudoLabels", "Pretraining", "FineTuning", "Evaluation", "Triggers",
    ];

    [Fact]
    public void Kinds_and_the_members_of_their_manifests_are_those_of_the_registry()
    {
        var file = Repository.PathOf("tests/Unit/Artifacts/artifact-kinds.txt");
        string[] kinds =
            [.. Kinds().Select(kind => $"{kind.Name}: {string.Join(' ', Members(kind.Type, []))}").Order(StringComparer.Ordinal)];
        if (Environment.GetEnvironmentVariable("PIPELINE_WRITE_DOCS") == "1")
            File.WriteAllLines(file, kinds);

        Assert.Equal(File.ReadAllLines(file), kinds);
    }

    [Fact]
    public void No_two_kinds_have_one_name() => Assert.Distinct(Kinds().Select(kind => kind.Name));

    [Fact]
    public void A_kind_is_one_of_the_constants() => Assert.Subset(Constants(), Kinds().Select(kind => kind.Name).ToHashSet());

    private static IEnumerable<(string Name, Type Type)> Kinds() =>
        from assembly in Assemblies
        from type in Assembly.Load($"Pipeline.{assembly}").GetTypes()
        let kind = type.GetCustomAttribute<ArtifactKindAttribute>()
        where kind is not null
        select (kind.Name, type);

    private static HashSet<string> Constants() =>
        [.. typeof(ArtifactKinds).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];

    private static IEnumerable<string> Members(Type type, HashSet<Type> seen)
    {
        foreach (var member in PipelineJson.Options.GetTypeInfo(type).Properties.Where(member => member.Get is not null)
            .OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            var content = ContentOf(member.PropertyType);
            var below = content.Namespace!.StartsWith("Pipeline", StringComparison.Ordinal) && !content.IsEnum && seen.Add(content)
                ? $"({string.Join(' ', Members(content, seen))})" : "";
            yield return member.Name + below;
        }
    }

    private static Type ContentOf(Type type) =>
        Nullable.GetUnderlyingType(type) is { } value ? ContentOf(value)
        : type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) && type.IsGenericType
        ? ContentOf(type.GetGenericArguments()[^1])
        : type.IsGenericType && type.IsInterface ? ContentOf(type.GetGenericArguments()[^1])
        : type;
}
