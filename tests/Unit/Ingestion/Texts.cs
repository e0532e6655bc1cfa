using System.Text;
using Parquet;
using Pipeline.Learning.Training;
using Pipeline.Tests.Unit.Lake.Containers;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion;

/// <summary>Texts and sequences made on the spot, and what became of them.</summary>
internal static class Texts
{
    public static TestLake Of(string modality, int window)
    {
        using var lake = new TestLake();
        return new TestLake { Experiment = lake.Experiment with { Modality = modality, Input = InputSpec.Sequence(window) } };
    }

    public static string Words(Random random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => Letters(random, "abcdefghijklmnopqrstuvwxyz", random.Next(2, 9))));

    public static string Letters(Random random, string alphabet, int count) => string.Concat(Enumerable.Range(0, count).Select(_ => alphabet[random.Next(alphabet.Length)]));

    public static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));

    public static string ReverseComplement(string strand) => string.Concat(strand.Reverse().Select(letter => "TGCA"["ACGT".IndexOf(letter, StringComparison.Ordinal)]));

    public static byte[] Zip(params (string Name, string Text)[] members) => Archives.Zip([.. members.Select(member => (member.Name, Encoding.UTF8.GetBytes(member.Text)))]);

    public static async Task<IReadOnlyList<(string Text, string? Label)>> SamplesAsync(TestLake lake, DatasetManifest dataset)
    {
        var samples = new List<(string, string?)>();
        foreach (var split in Enum.GetValues<Split>())
        {
            using var reader = SampleReader.Open(lake.Store, dataset, split);
            samples.AddRange(Enumerable.Range(0, reader.Count).Select(i => (Encoding.UTF8.GetString(reader.Text(i)), reader.Label(i) < 0 ? null : dataset.Classes[reader.Label(i)])));
        }

        return samples;
    }

    public static async Task<IReadOnlyList<(string Path, string Split, int Group)>> RowsAsync(TestLake lake, DatasetManifest dataset)
    {
        await using var reader = await ParquetReader.CreateAsync(await lake.Store.MaterializeAsync(dataset.Provenance, TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
        var rows = new List<(string, string, int)>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            string?[] paths = new string?[group.RowCount], splits = new string?[group.RowCount];
            var groups = new int[group.RowCount];
            await group.ReadAsync(reader.Schema.FindDataField("path"), paths.AsMemory(), cancellationToken: TestContext.Current.CancellationToken);
            await group.ReadAsync(reader.Schema.FindDataField("split"), splits.AsMemory(), cancellationToken: TestContext.Current.CancellationToken);
            await group.ReadAsync<int>(reader.Schema.FindDataField("group"), groups.AsMemory(), cancellationToken: TestContext.Current.CancellationToken);
            rows.AddRange(Enumerable.Range(0, paths.Length).Select(row => (paths[row]!, splits[row]!, groups[row])));
        }

        return rows;
    }
}
