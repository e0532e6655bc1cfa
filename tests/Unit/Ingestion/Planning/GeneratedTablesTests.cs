using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Records;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class GeneratedTablesTests
{
    private const int Tables = 20_000;

    [Fact]
    public async Task The_labels_that_arrive_are_those_that_were_written_or_the_row_is_named()
    {
        var (rows, named) = (0, 0);
        for (var seed = 0; seed < Tables; seed++)
        {
            var table = GeneratedTable.Of(seed);
            if (table.Rows.Count == 0)
                continue;

            LabelTable? labels = null;
            var refusal = await Record.ExceptionAsync(async () =>
                labels = await LabelTable.ReadAsync(new MemoryStream(table.Content), table.Name, table.Name, null, 1 << 20));
            if (refusal is not null)
            {
                // A damaged row may name a split that there is not.
                Assert.True(table.Damaged.Count > 0 && refusal is PipelineException, $"seed {seed}: {refusal}");
                continue;
            }

            var found = table.Rows.ToDictionary(row => row.File, row => labels!.Find(row.File).Label);
            var told = labels!.Rejections()
                .Count(rejection => rejection.Reason is RejectionReason.MalformedRecord or RejectionReason.UnknownFile) + labels.Findings()
                .Count(finding => finding.Code == WarningCode.RowsInQuotes);
            foreach (var (file, label) in table.Rows)
            {
                rows++;
                if (found[file] == label)
                    continue;

                named++;
                Assert.True(table.Damaged.Count > 0 && told > 0, $"seed {seed}, '{file}': '{found[file]}' for '{label}'\n{table.Text}");
                Assert.True(found[file] is null || table.Damaged.Contains(file),
                    $"seed {seed}, '{file}': '{found[file]}' for '{label}'\n{table.Text}");
            }
        }

        Assert.InRange(named, rows / 1000, rows / 20);
    }

    [Fact]
    public async Task Fields_are_those_that_python_reads()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "There is no Python.");
        var tables = Enumerable.Range(0, Tables).Select(GeneratedTable.Of)
            .Where(table => table is { Separator: not '\0', Damaged.Count: 0, Rows.Count: > 0 }
                && !(table.Separator == '\t' && !table.Text.StartsWith('"'))).ToList();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file,
                tables.Select(table => JsonSerializer.Serialize(new { text = table.Text, separator = table.Separator.ToString() })));
            var answers = await PythonAsync(file);
            Assert.Equal(tables.Count, answers.Count);
            foreach (var (table, answer) in tables.Zip(answers))
            {
                var rows = JsonSerializer.Deserialize<List<List<string>>>(answer)!;
                Assert.Equal(rows.Select(Shown), Ours(table.Text).Select(Shown));
            }
        }
        finally
        {
            File.Delete(file);
        }

        static string Shown(IEnumerable<string> fields) => string.Join('|', fields);
    }

    private static IEnumerable<IEnumerable<string>> Ours(string text)
    {
        var records = new DelimitedRecords(new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), 1 << 20), 1 << 20);
        Assert.True(records.ReadHeader());
        yield return records.Header;
        while (records.Read())
            yield return records.Fields();
    }

    private static async Task<IReadOnlyList<string>> PythonAsync(string file)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3",
            [Repository.PathOf("tests/interop/csv_rows.py"), file])
        { RedirectStandardOutput = true })!;
        var output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
