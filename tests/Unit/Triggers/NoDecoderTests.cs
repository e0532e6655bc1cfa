using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Pipeline.Triggers;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers;

/// <summary>The process that faces the network has no code that decodes what strangers have written, except JSON.</summary>
public sealed class NoDecoderTests
{
    private static readonly string[] Decoders =
        ["SkiaSharp", "TorchSharp", "Pipeline.Images", "Pipeline.Sequences", "Pipeline.Likeness", "Pipeline.Learning", "Pipeline.Ingestion"];

    private static readonly string[] Readers = ["Pipeline.Lake.Containers", "Pipeline.Lake.Tables", "Pipeline.Lake.Unpacking", "Pipeline.Lake.Records"];

    [Fact]
    public void It_references_no_decoder_itself_or_through_our_libraries()
    {
        var ours = new List<Assembly> { typeof(TriggersStage).Assembly };
        for (var i = 0; i < ours.Count; i++)
        {
            var references = ours[i].GetReferencedAssemblies();
            Assert.DoesNotContain(references, reference => Decoders.Contains(reference.Name));
            ours.AddRange(references.Where(reference => reference.Name!.StartsWith("Pipeline.", StringComparison.Ordinal)).Select(Assembly.Load)
                .Where(assembly => !ours.Contains(assembly)));
        }

        Assert.Contains(ours, assembly => assembly.GetName().Name == "Pipeline.Lake");
    }

    [Fact]
    public void It_uses_no_reader_of_archives_tables_or_records()
    {
        using var file = new PEReader(File.OpenRead(typeof(TriggersStage).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var namespaces = metadata.TypeReferences.Select(type => metadata.GetString(metadata.GetTypeReference(type).Namespace)).ToHashSet();

        Assert.Contains("Pipeline.Lake.Places", namespaces);
        Assert.DoesNotContain(namespaces, used => Readers.Any(reader => used == reader || used.StartsWith(reader + ".", StringComparison.Ordinal)));
    }
}
