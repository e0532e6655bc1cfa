using Pipeline.Artifacts;
using Pipeline.Contracts;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Experiments;

/// <summary>Reads an experiment from YAML; docs/experiment.md describes the file. The first thing that is wrong with it is said in one line.</summary>
public static class ExperimentFile
{
    /// <summary>An experiment nests three deep; the YAML library recurses, so what nests without end must not get to it.</summary>
    private const int MaxDepth = 10;

    /// <exception cref="PipelineException">The file cannot be read, or is not a valid experiment.</exception>
    public static Experiment Read(string path, ExperimentVocabulary vocabulary)
    {
        try
        {
            return SpecialFile.Of(path) is { } kind
                ? throw new PipelineException($"The experiment {path} is {kind}; it must be a file.")
                : Parse(File.ReadAllText(path), path, vocabulary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The experiment {path} cannot be read: {error.Message}", error);
        }
    }

    /// <param name="name">Of the file, for errors.</param>
    /// <exception cref="PipelineException">It is not a valid experiment.</exception>
    public static Experiment Parse(string yaml, string name, ExperimentVocabulary vocabulary)
    {
        try
        {
            CheckEvents(yaml, name);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 1
                ? new ExperimentBinder(vocabulary).Bind(YamlSection.Of<Experiment>(name, "", stream.Documents[0].RootNode))
                : throw new PipelineException($"{name} holds {stream.Documents.Count} YAML documents; valid is one, with the keys {string.Join(", ", ExperimentKeys.Of(typeof(Experiment)))}.");
        }
        catch (YamlException error)
        {
            throw YamlFailure.Syntax(name, error);
        }
    }

    // Without building anything: what the library would not survive, or would tell without the right line.
    private static void CheckEvents(string yaml, string name)
    {
        var parser = new Parser(new StringReader(yaml));
        var anchors = new HashSet<AnchorName>();
        var depth = 0;
        try
        {
            while (parser.MoveNext())
            {
                var found = parser.Current!;
                depth += found.NestingIncrease;
                if (depth > MaxDepth)
                {
                    throw YamlFailure.At(name, found.Start.Line, "this nests too deep; valid are the keys and values of an experiment.");
                }

                if (found is AnchorAlias alias && !anchors.Contains(alias.Value))
                {
                    throw YamlFailure.At(name, found.Start.Line, $"this is not valid YAML: nothing before it is named '&{alias.Value}'.");
                }

                if (found is NodeEvent { Anchor.IsEmpty: false } node)
                {
                    anchors.Add(node.Anchor);
                }
            }
        }
        catch (InvalidOperationException error)
        {
            // The scanner throws this where a value in braces runs into the next line and meets a colon there.
            throw YamlFailure.At(name, parser.Current?.End.Line ?? 1, "this is not valid YAML: is a '}' or ']' missing?", error);
        }
    }
}
