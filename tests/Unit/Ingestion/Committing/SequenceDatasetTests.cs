using System.Text;
using System.Text.Json;
using Pipeline.Ingestion.Committing;
using Pipeline.Learning.Training;
using Pipeline.Tests.Unit.Sequences;
using Xunit;
using static Pipeline.Tests.Unit.Ingestion.Texts;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public sealed class SequenceDatasetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Text_in_every_format_becomes_samples_with_the_labels_that_it_says()
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var expected = new Dictionary<string, string?>();
        var random = new Random(1);
        string Next(string? label)
        {
            var text = Words(random, 30);
            expected.Add(text, label);
            return text;
        }

        for (var i = 0; i < 20; i++)
        {
            lake.Drop($"ham/{i:d2}.txt", Next("ham").Replace(" ", "  \t", StringComparison.Ordinal));
        }

        lake.Drop("spam/all.jsonl", Lines(20, i => i % 2 == 0 ? $$"""{"text": "{{Next("spam")}}"}""" : $$"""{"text": "{{Next("other")}}", "label": "other"}"""));
        lake.Drop("unlabelled/all.csv.gz", DocumentFileTests.Gzip("text,label\n" + Lines(20, i => i % 2 == 0 ? $"{Next(null)}," : $"\"{Next("ham")}\",ham")));
        lake.Drop("packed.zip", Zip(("spam/zipped.txt", Next("spam")), ("unlabelled/more.jsonl", $$"""{"text": "{{Next(null)}}"}""")));
        lake.Drop("top.jsonl", $$"""{"text": "{{Next(null)}}"}""");
        lake.Drop("README.md", "left alone");

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((Modalities.Text, 1000), (dataset.Modality, dataset.Input.Window));
        Assert.Equal((63, 63, 0), (dataset.Summary.Samples, dataset.Summary.Documents, dataset.Summary.Rejected.Count));
        Assert.Equal(["ham", "other", "spam"], dataset.Classes);
        var samples = await SamplesAsync(lake, dataset);
        Assert.Equal(expected.OrderBy(entry => entry.Key), samples.Select(sample => KeyValuePair.Create(sample.Text, sample.Label)).OrderBy(entry => entry.Key));
        var paths = (await RowsAsync(lake, dataset)).Select(row => row.Path).ToList();
        Assert.Contains("spam/all.jsonl#3", paths);
        Assert.Contains("ham/07.txt", paths);
        Assert.Contains("packed.zip!/unlabelled/more.jsonl#0", paths);
    }

    [Theory]
    [InlineData(Modalities.Dna, "ACGT")]
    [InlineData(Modalities.Protein, "ACDEFGHIKLMNPQRSTVWY")]
    public async Task Sequences_of_fasta_and_fastq_become_samples(string modality, string alphabet)
    {
        using var lake = Of(modality, window: 500);
        var random = new Random(2);
        var sequences = Enumerable.Range(0, 40).Select(_ => Letters(random, alphabet, 200)).ToList();
        lake.Drop("one.fa", Lines(20, i => $">s{i} label={(i % 2 == 0 ? "even" : "odd")}\n{sequences[i][..80].ToLowerInvariant()}\n{sequences[i][80..]}"));
        lake.Drop("two.fq.gz", DocumentFileTests.Gzip(Lines(20, i => $"@r{i}\n{sequences[20 + i]}\n+\n{new string('I', 200)}")));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((modality, 40, 20), (dataset.Modality, dataset.Summary.Samples, dataset.Summary.Labelled));
        Assert.Equal(sequences.Order(), (await SamplesAsync(lake, dataset)).Select(sample => sample.Text).Order());
        Assert.Equal(["even", "odd"], dataset.Classes);
    }

    [Fact]
    public async Task The_windows_of_a_document_fall_into_one_split_with_all_that_is_nearly_the_same()
    {
        using var lake = Of(Modalities.Dna, window: 300);
        var random = new Random(3);
        var documents = Enumerable.Range(0, 40).Select(_ => Letters(random, "ACGT", 1000)).ToList();
        // Each second begins as the one before it ends, a base apart: they hang together by one window.
        for (var i = 1; i < documents.Count; i += 2)
        {
            documents[i] = (documents[i - 1][600] == 'C' ? "G" : "C") + documents[i - 1][601..900] + documents[i][300..];
        }

        lake.Drop("all.fa", Lines(documents.Count, i => $">s{i}\n{documents[i]}"));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((160, 40), (dataset.Summary.Samples, dataset.Summary.Documents));
        Assert.Equal((20, 40), (dataset.Summary.Groups, dataset.Summary.NearDuplicates));
        var rows = await RowsAsync(lake, dataset);
        Assert.Contains("all.fa#3@900", rows.Select(row => row.Path));
        Assert.All(rows.GroupBy(row => int.Parse(row.Path.Split('#', '@')[1], null) / 2), pair =>
        {
            Assert.Equal(8, pair.Count());
            Assert.Single(pair.Select(row => (row.Split, row.Group)).Distinct());
        });
        Assert.Equal(3, rows.Select(row => row.Split).Distinct().Count());
    }

    [Fact]
    public async Task Copies_count_once_and_a_strand_lies_with_its_other_one()
    {
        using var lake = Of(Modalities.Dna, window: 500);
        var random = new Random(4);
        var sequences = Enumerable.Range(0, 40).Select(_ => Letters(random, "ACGT", 200)).ToList();
        lake.Drop("one.fa", Lines(40, i => $">s{i}\n{sequences[i]}"));
        lake.Drop("rna.fa", $">copy label=x\n{sequences[5].ToLowerInvariant().Replace('t', 'u')}\n>copy label=y\n{sequences[5]}\n>strand\n{ReverseComplement(sequences[6])}");

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((41, 2, 1, 2), (dataset.Summary.Samples, dataset.Summary.Duplicates, dataset.Summary.Groups, dataset.Summary.NearDuplicates));
        var conflict = Assert.Single(await lake.RejectionsAsync(dataset));
        Assert.Equal((RejectionReason.ConflictingLabels, "the same bases are 'x' and 'y'"), (conflict.Reason, conflict.Detail));
        Assert.Equal(0, dataset.Summary.Labelled);
    }

    [Fact]
    public async Task A_test_text_that_was_altered_for_training_is_refused_by_name()
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var random = new Random(5);
        var texts = Enumerable.Range(0, 60).Select(_ => Words(random, 60)).ToList();
        for (var i = 0; i < 60; i++)
        {
            lake.Drop($"{(i < 30 ? "train" : "test")}/{(i % 2 == 0 ? "a" : "b")}/{i}.txt", texts[i]);
        }

        lake.Drop("train/a/leak.txt", texts[40].ToUpperInvariant() + " indeed");

        var dataset = await lake.ImportAllAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() => LeakGate.VerifyAsync(lake.Store, lake.Experiment, dataset, Cancellation));

        Assert.Contains("1 pairs of nearly the same text lie on both sides of them: 'train/a/leak.txt' and 'test/a/40.txt' (test)", error.Message);
    }

    [Fact]
    public async Task Each_byte_has_the_tag_of_its_token()
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var random = new Random(6);
        lake.Drop("a.jsonl", Lines(40, i => $$"""{"tokens": ["Köln{{i}}", "{{Words(random, 20)}}"], "tags": ["B-LOC", "O"]}""") + $$"""{"text": "{{Words(random, 20)}}"}""");
        lake.Drop("b.jsonl", Lines(2, i => $$"""{"tokens": ["{{Words(random, 20)}}", "Ada"], "tags": [null, "A-PER"]}"""));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["A-PER", "B-LOC", "O"], dataset.Tags);
        var tagged = 0;
        foreach (var split in Enum.GetValues<Split>())
        {
            using var reader = SampleReader.Open(lake.Store, dataset, split);
            for (var i = 0; i < reader.Count; i++)
            {
                var (text, tags) = (Encoding.UTF8.GetString(reader.Text(i)), reader.Tags(i).ToArray());
                Assert.Equal(reader.Text(i).Length, tags.Length);
                if (text.StartsWith("Köln", StringComparison.Ordinal))
                {
                    var word = Encoding.UTF8.GetByteCount(text.Split(' ')[0]);
                    Assert.Equal([.. Enumerable.Repeat((short)1, word), -1, .. Enumerable.Repeat((short)2, tags.Length - word - 1)], tags);
                    tagged++;
                }
                else
                {
                    Assert.All(tags, tag => Assert.True(tag is -1 or 0));
                    Assert.Equal(text.EndsWith("Ada", StringComparison.Ordinal), tags.Contains((short)0));
                }
            }
        }

        Assert.Equal(40, tagged);
        DatasetChecks.Verify(lake.Experiment with { FineTuning = new() { Labels = [2], Task = "tagging" } }, dataset);
    }

    [Fact]
    public async Task Copies_whose_tags_differ_have_none_and_one_that_has_some_lends_them()
    {
        using var lake = Of(Modalities.Text, window: 1000);
        lake.Options = new() { ChunkItems = 1 };
        var random = new Random(10);
        lake.Drop("a.jsonl", Lines(40, _ => $$"""{"tokens": ["{{Words(random, 20)}}"], "tags": ["O"]}""") + "{\"text\": \"Ada slept\", \"label\": \"x\"}\n" + """{"tokens": ["Bob", "ran"], "tags": ["PER", "O"]}""");
        lake.Drop("b.jsonl", "");
        lake.Drop("c.jsonl", """{"tokens": ["Ada", "slept"], "tags": ["PER", null]}""" + "\n" + """{"tokens": ["Bob", "ran"], "tags": ["DOG", "O"], "label": "x"}""");

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["a.jsonl#41", "b.jsonl"], (await lake.RejectionsAsync(dataset)).Select(rejection => rejection.Path).Order());
        var conflict = (await lake.RejectionsAsync(dataset)).Single(rejection => rejection.Reason == RejectionReason.ConflictingLabels);
        Assert.Equal(("a.jsonl#41", "the same texts have different tags"), (conflict.Path, conflict.Detail));
        var tags = new Dictionary<string, string>();
        foreach (var split in Enum.GetValues<Split>())
        {
            using var reader = SampleReader.Open(lake.Store, dataset, split);
            for (var i = 0; i < reader.Count; i++)
            {
                tags.Add(Encoding.UTF8.GetString(reader.Text(i)), string.Join(' ', reader.Tags(i).ToArray().Select(tag => tag < 0 ? "-" : dataset.Tags[tag])));
            }
        }

        Assert.Equal(42, tags.Count);
        Assert.Equal("PER PER PER - - - - - -", tags["Ada slept"]);
        Assert.Equal("- - - - - - -", tags["Bob ran"]);
        Assert.Equal(2, dataset.Summary.Labelled);
    }

    [Fact]
    public async Task What_cannot_be_used_is_told_by_record_and_kept()
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var random = new Random(7);
        lake.Drop("good.jsonl", Lines(40, _ => $$"""{"text": "{{Words(random, 20)}}"}""") + "{\"txt\": 1}\n");
        lake.Drop("binary.txt", [1, 0, 2]);
        lake.Drop("table.parquet", "PAR1 and more"u8.ToArray());

        var dataset = await lake.ImportAllAsync();

        var rejections = await lake.RejectionsAsync(dataset);
        Assert.Equal(
            [("binary.txt", RejectionReason.NotText), ("good.jsonl#40", RejectionReason.MalformedRecord), ("table.parquet", RejectionReason.Corrupt)],
            rejections.Select(rejection => (rejection.Path, rejection.Reason)).Order());
        foreach (var rejection in rejections.Where(rejection => rejection.Sha256 is not null && rejection.Reason != RejectionReason.Corrupt))
        {
            Assert.NotNull(await lake.Store.FindAsync($"quarantine/pictures/{rejection.Sha256}", Cancellation));
        }

        Assert.Equal(40, dataset.Summary.Samples);
        await RejectedShare.VerifyAsync(lake.Store, dataset, 0.2);
        Assert.Contains("Of the 43 documents of the dataset", (await Assert.ThrowsAsync<PipelineException>(() => RejectedShare.VerifyAsync(lake.Store, dataset, 0.01))).Message);
    }

    [Fact]
    public async Task Without_a_usable_document_it_says_what_would_be_one()
    {
        using var lake = Of(Modalities.Dna, window: 100);
        lake.Drop("a.fa", ">a\nMKEQ\n");

        var error = await Assert.ThrowsAsync<PipelineException>(lake.ImportAllAsync);

        Assert.Contains("has no usable document: all there are in 1 files were rejected: 1 wrong-alphabet; the first is 'a.fa#0': the letters are not those of the dataset's sequences: line 2 has 'E' at letter 3; letters of DNA must be ACGTUN and IUPAC's RYSWKMBDHV. There must be FASTA and FASTQ files of DNA", error.Message);
        using var none = Of(Modalities.Text, window: 0);
        Assert.Contains("for text it must be 1 or more", (await Assert.ThrowsAsync<PipelineException>(none.ImportAllAsync)).Message);
    }

    [Fact]
    public async Task A_dataset_that_has_grown_keeps_its_shards_and_is_the_one_that_a_first_import_makes()
    {
        using var grown = Filled(new Random(8));
        var before = await grown.ImportAllAsync();
        var added = Words(new Random(9), 40);
        grown.Drop("b/new.txt", added);
        using var fresh = Filled(new Random(8));
        fresh.Drop("b/new.txt", added);

        var after = await grown.ImportAllAsync();
        var expected = await fresh.ImportAllAsync();

        Assert.Equal(expected.Shards, after.Shards);
        Assert.Equal(expected.Provenance, after.Provenance);
        Assert.True(before.Shards.Count > 20);
        Assert.InRange(after.Shards.Except(before.Shards).Count(), 1, 3);

        static TestLake Filled(Random random)
        {
            var lake = Of(Modalities.Text, window: 400);
            lake.Options = new() { ChunkItems = 7, ShardBytes = 2000 };
            for (var i = 0; i < 200; i++)
            {
                lake.Drop($"{(i % 2 == 0 ? 'b' : 'c')}/{i:d3}.txt", Words(random, 40));
            }

            return lake;
        }
    }

    [Fact]
    public void What_only_sequences_have_leaves_the_keys_of_images_as_they_were() =>
        Assert.Equal("""{"size":28,"channels":1}""", JsonSerializer.Serialize(new InputSpec(28, 1), PipelineJson.Compact));
}
