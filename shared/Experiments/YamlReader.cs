using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pipeline.Experiments;

/// <summary>Reads a YAML document with the line of each value.</summary>
internal sealed class YamlReader(string yaml, string source)
{
    /// <summary>An experiment nests three deep; this keeps the recursion bounded.</summary>
    private const int MaxDepth = 10;

    private readonly Parser _parser = new(new StringReader(yaml));

    private readonly Dictionary<AnchorName, Written> _anchors = [];

    public static Written Read(string yaml, string source)
    {
        var reader = new YamlReader(yaml, source);
        try
        {
            return reader.ReadStream();
        }
        catch (YamlException error)
        {
            throw reader.Broken(error.Start.Line, Written.Clean(error.Message, 200), error);
        }
        catch (InvalidOperationException error)
        {
            // The scanner throws this where a value in braces runs into the next line and meets a colon there.
            throw reader.Broken(reader._parser.Current?.End.Line ?? 1, "is a '}' or ']' missing?", error);
        }
    }

    private Written ReadStream()
    {
        var documents = new List<Written>();
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out _))
        {
            documents.Add(ReadNode(depth: 1));
            _parser.Consume<DocumentEnd>();
        }

        return documents is [var document]
            ? document
            : throw new PipelineException($"{source} holds {documents.Count} YAML documents; must be one.");
    }

    private Written ReadNode(int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.GetValueOrDefault(alias.Value)
                ?? throw Broken(alias.Start.Line, $"nothing before it is named '&{alias.Value}'.");
        }

        var start = _parser.Consume<NodeEvent>();
        var node = new Written(source, start.Start.Line)
        {
            Text = (start as Scalar)?.Value,
            Items = start is SequenceStart ? [] : null,
            Members = start is MappingStart ? [] : null,
        };
        if (depth > MaxDepth)
            throw node.Error("this nests too deep; must be the keys and values of an experiment.");
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor] = node;

        while (node.Items is not null && !_parser.TryConsume<SequenceEnd>(out _))
            node.Items.Add(ReadNode(depth + 1));

        while (node.Members is not null && !_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            if (!node.Members.TryAdd(key.Text ?? "", (key, ReadNode(depth + 1))))
                throw key.Error($"this is not valid YAML: Duplicate key {Written.Clean(key.Text ?? "")}.");
        }

        return node;
    }

    private PipelineException Broken(long line, string why, Exception? error = null) =>
        new Written(source, line).Error($"this is not valid YAML: {why}", error);
}
