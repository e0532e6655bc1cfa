using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tokens;
using Pipeline.Tests.Unit.Learning.Tuning;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tasks;

[Collection(TorchTests.Name)]
public sealed class LabelledSequencesTests
{
    private static readonly KmerTokenizer Kmers = new(Alphabets.Dna, 1);

    private static readonly int[] Numbers = [.. Enumerable.Range(0, 40).Concat(Enumerable.Range(70, 20)).Where(ToySequences.Labelled)];

    [Fact]
    public async Task A_batch_is_filled_up_to_its_longest()
    {
        using var data = await ToySequences.CreateAsync();
        using var reader = data.Read(Split.Train);
        using var scope = NewDisposeScope();
        var samples = new LabelledSequences(reader, data.Manifest, Kmers, length: 16);
        var last = Numbers.Length - 1;

        var batch = samples.Inputs([last, 0], CPU);

        Assert.Equal(Numbers.Length, samples.Count);
        Assert.Equal(Numbers.Select(ToySequences.Label), samples.Truth.Labels);
        var (first, second) = (Row(Numbers[last]), Row(Numbers[0]));
        var width = Math.Max(first.Length, second.Length);
        Assert.Equal([2, width], batch.shape);
        Assert.Equal([.. Filled(first), .. Filled(second)], batch.data<long>().ToArray());
        Assert.Equal([ToySequences.Label(Numbers[last]), ToySequences.Label(Numbers[0])], samples.Targets([last, 0], CPU).data<long>()
            .ToArray());

        long[] Filled(long[] row) => [.. row, .. Enumerable.Repeat((long)Kmers.Special.Padding, width - row.Length)];
    }

    [Fact]
    public async Task What_is_beyond_the_length_is_cut_off_and_the_end_stays()
    {
        using var data = await ToySequences.CreateAsync();
        using var reader = data.Read(Split.Train);
        using var scope = NewDisposeScope();
        var samples = new LabelledSequences(reader, data.Manifest, Kmers, length: 6);

        var batch = samples.Inputs([.. Enumerable.Range(0, samples.Count)], CPU);

        Assert.Equal([samples.Count, 6], batch.shape);
        for (var i = 0; i < samples.Count; i++)
            Assert.Equal([.. Row(Numbers[i])[..5], Kmers.Special.End], batch[i].data<long>().ToArray());
    }

    private static long[] Row(int sample) =>
        [Kmers.Special.Start, .. Kmers.Encode(ToySequences.Text(sample)).Ids.Select(id => (long)id), Kmers.Special.End];
}
