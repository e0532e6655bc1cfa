using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Statistics;

public class EntitiesTests
{
    [Theory]
    [InlineData("B-PER I-PER O B-LOC", "PER 0-2, LOC 3-4")]
    [InlineData("O O O", "")]
    [InlineData("B-PER B-PER", "PER 0-1, PER 1-2")]
    [InlineData("B-PER I-LOC I-LOC", "PER 0-1, LOC 1-3")]
    [InlineData("I-PER I-PER O", "PER 0-2")]
    [InlineData("O I-LOC B-LOC I-LOC", "LOC 1-2, LOC 2-4")]
    [InlineData("B-MISC O I-MISC", "MISC 0-1, MISC 2-3")]
    [InlineData("B-a-b I-a-b", "a-b 0-2")]
    public void Tags_are_read_as_conll_reads_them(string tags, string entities) =>
        Assert.Equal(entities, string.Join(", ", Entities.Of(tags.Split(' '))
            .Select(entity => $"{entity.Type} {entity.Start}-{entity.End}")));

    /// <summary>The example in seqeval's own documentation: one of two entities exact.</summary>
    [Fact]
    public void The_f1_is_over_entities_not_words()
    {
        string[] tags = ["B-MISC", "B-PER", "I-MISC", "I-PER", "O"];
        string[][] truth = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]];
        string[][] answers = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]];

        Assert.Equal(0.5, F1(tags, truth, answers), 12);
    }

    [Theory]
    [InlineData("B-PER I-PER", "B-PER O", 0)]
    [InlineData("B-PER I-PER", "B-LOC I-LOC", 0)]
    [InlineData("B-PER I-PER", "I-PER I-PER", 1)]
    [InlineData("B-PER O B-LOC", "B-PER O O", 2.0 / 3)]
    [InlineData("O O", "O O", 0)]
    public void An_entity_is_right_when_span_and_type_are(string truth, string answers, double f1) =>
        Assert.Equal(f1, F1(["B-LOC", "B-PER", "I-LOC", "I-PER", "O"], [truth.Split(' ')], [answers.Split(' ')]), 12);

    private static double F1(string[] tags, string[][] truth, string[][] answers)
    {
        int[] starts = [.. truth.Select((_, sample) => truth.Take(sample).Sum(sequence => sequence.Length))];
        int[] Numbers(string[][] sequences) => [.. sequences.SelectMany(sequence => sequence).Select(tag => Array.IndexOf(tags, tag))];
        return Metrics.All(new Truth(Numbers(truth), tags, starts), Numbers(answers))[Metrics.EntityF1];
    }
}
