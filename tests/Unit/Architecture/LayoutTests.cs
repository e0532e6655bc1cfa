using System.Reflection;
using System.Xml.Linq;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Xunit;
using Assembly = System.Reflection.Assembly;

namespace Pipeline.Tests.Unit.Architecture;

/// <summary>The rules of the layout: which project may use which, and that folders of a project form no circle.</summary>
public sealed class LayoutTests
{
    /// <summary>Libraries from the bottom to the top: each may use those before it.</summary>
    private static readonly string[] Libraries =
        ["Contracts", "Artifacts", "Statistics", "Experiments", "Lake", "Images", "Sequences", "Likeness", "Learning", "Hosting"];

    private static readonly string[] Stages = ["Triggers", "Ingestion", "PseudoLabels", "Pretraining", "FineTuning", "Evaluation"];

    public static TheoryData<string> Projects => [.. Libraries, .. Stages, "Cli"];

    [Fact]
    public void Every_project_is_a_library_a_stage_or_the_command_line()
    {
        Assert.Equal(Libraries.Order(), FoldersOf("shared"));
        Assert.Equal(Stages.Append("Cli").Order(), FoldersOf("services"));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_run_downwards_only(string project)
    {
        var allowed = project == "Cli" ? [.. Libraries, .. Stages] : Stages.Contains(project)
            ? Libraries : Libraries.TakeWhile(library => library != project);

        Assert.Subset(allowed.ToHashSet(), ReferencesOf(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path))
            .ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void TorchSharp_is_used_by_the_learning_library_alone(string project)
    {
        var usesTorch = Load(project).GetReferencedAssemblies()
            .Any(assembly => assembly.Name!.StartsWith("TorchSharp", StringComparison.Ordinal));

        Assert.Equal(project == "Learning", usesTorch);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_of_a_project_form_no_circle(string project)
    {
        var root = $"Pipeline.{project}";
        var uses = new ArchLoader().LoadAssembly(Load(project)).Build().Types
            .Where(type => FolderOf(type) is not null)
            .SelectMany(type => type.Dependencies.Select(dependency => (From: FolderOf(type), To: FolderOf(dependency.Target))))
            .Where(use => use.To is not null && use.From != use.To)
            // A stage's own folder composes what the folders below it hold.
            .Where(use => use.From != "" || Libraries.Contains(project))
            .Distinct()
            .ToLookup(use => use.From!, use => use.To!);

        Assert.Empty(uses.Select(folder => folder.Key).Select(folder => CircleFrom(folder, uses)).OfType<string>());

        string? FolderOf(IType type) => type.Namespace?.FullName is not { } name ? null
            : name == root ? ""
            : name.StartsWith(root + ".", StringComparison.Ordinal) ? name[(root.Length + 1)..].Split('.')[0]
            : null;
    }

    [Fact]
    public void Lines_have_at_most_140_characters_and_files_at_most_300_lines()
    {
        var files = new[] { "services", "shared" }.SelectMany(folder =>
            Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

        Assert.All(files, file =>
        {
            var lines = File.ReadAllLines(file);
            Assert.InRange(lines.Length, 1, 300);
            Assert.All(lines, line => Assert.InRange(line.Length, 0, 140));
        });
    }

    /// <returns>The folders on the way back to where it started; null where there is none.</returns>
    private static string? CircleFrom(string start, ILookup<string, string> uses)
    {
        var seen = new HashSet<string>();
        var paths = new Queue<string[]>([[start]]);
        while (paths.TryDequeue(out var path))
        {
            foreach (var next in uses[path[^1]])
            {
                if (next == start)
                    return string.Join(" → ", path.Append(next).Select(folder => folder.Length == 0 ? "(root)" : folder));
                if (seen.Add(next))
                    paths.Enqueue([.. path, next]);
            }
        }

        return null;
    }

    private static Assembly Load(string project) => Assembly.Load(new AssemblyName($"Pipeline.{project}"));

    private static IEnumerable<string> FoldersOf(string folder) =>
        Directory.GetFiles(Repository.PathOf(folder), "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetFileNameWithoutExtension(path)).Order();

    private static IEnumerable<string> ReferencesOf(string project, string kind)
    {
        var folder = Libraries.Contains(project) ? "shared" : "services";
        var file = XDocument.Load(Repository.PathOf($"{folder}/{project}/{project}.csproj"));
        return file.Descendants(kind).Select(reference => reference.Attribute("Include")!.Value);
    }
}
