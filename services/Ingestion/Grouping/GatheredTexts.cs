using System.Buffers;
using System.Runtime.InteropServices;
using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Ingestion.Grouping;

/// <summary>The sequences of one shard, one after another.</summary>
internal sealed class GatheredTexts(bool isTagged)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<long> _starts = [0];
    private readonly List<short> _tags = [];

    /// <param name="tags">Of each byte, by its part's numbers, −1 where there is none; empty where the part has no tags.</param>
    /// <param name="number">The dataset's for a tag of the part.</param>
    public void Add(ReadOnlySpan<byte> text, ReadOnlySpan<short> tags, Func<short, short> number)
    {
        _text.Write(text);
        _starts.Add(_text.WrittenCount);
        for (var i = 0; isTagged && i < text.Length; i++)
            _tags.Add(tags.IsEmpty || tags[i] < 0 ? (short)-1 : number(tags[i]));
    }

    public IEnumerable<SafetensorsTensor> Tensors()
    {
        yield return new SafetensorsTensor("text", SafetensorsType.U8, [_text.WrittenCount], _text.WrittenMemory);
        yield return SafetensorsTensor.Of<long>("start", CollectionsMarshal.AsSpan(_starts), _starts.Count);
        if (isTagged)
            yield return SafetensorsTensor.Of<short>("tag", CollectionsMarshal.AsSpan(_tags), _tags.Count);
    }
}
