using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Pipeline.Ingestion.Planning;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Tables;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class GeneratedColumnsTests
{
    private const int Tables = 5_000;

    [Fact]
    public async Task The_labels_of_a_typed_column_are_those_that_were_written()
    {
        var path = Path.GetTempFileName();
        try
        {
            for (var seed = 0; seed < Tables; seed++)
            {
                var random = new Random(seed);
                var (column, written) = Column(random, rows: random.Next(1, 9));
                await File.WriteAllBytesAsync(path, Table(column, isFile: random.Next(2) == 0), TestContext.Current.CancellationToken);

                Assert.Equal(written, await LabelsAsync(path));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Each value with the words that a person would write for it; null where there is no label.
    private static (IArrowArray Column, IReadOnlyList<string?> Written) Column(Random random, int rows)
    {
        var isNull = Enumerable.Range(0, rows).Select(_ => random.Next(5) == 0).ToArray();
        switch (random.Next(7))
        {
            case 0:
                var whole = Some(() => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
                return (isNull.Zip(whole)
                    .Aggregate(new Int64Array.Builder(), (to, row) => row.First ? to.AppendNull() : to.Append(row.Second)).Build(),
                    Words(whole, number => number.ToString(CultureInfo.InvariantCulture)));
            case 1:
                var small = Some(() => (sbyte)random.Next(-128, 128));
                return (isNull.Zip(small)
                    .Aggregate(new Int8Array.Builder(), (to, row) => row.First ? to.AppendNull() : to.Append(row.Second)).Build(),
                    Words(small, number => $"{number}"));
            case 2:
                var numbers = Some(() => random.Next(4) switch
                {
                    0 => double.NaN,
                    1 => random.Next(-9, 9) / 4.0,
                    _ =>
                    random.Next(-99, 99)
                });
                return (isNull.Zip(numbers)
                    .Aggregate(new DoubleArray.Builder(), (to, row) => row.First ? to.AppendNull() : to.Append(row.Second)).Build(),
                    Words(numbers, Plain));
            case 3:
                var floats = Some(() => random.Next(4) == 0 ? float.NaN : random.Next(-99, 99) / 2f);
                return (isNull.Zip(floats)
                    .Aggregate(new FloatArray.Builder(), (to, row) => row.First ? to.AppendNull() : to.Append(row.Second)).Build(),
                    Words(floats, number => Plain(number)));
            case 4:
                var truths = Some(() => random.Next(2) == 0);
                return (isNull.Zip(truths)
                    .Aggregate(new BooleanArray.Builder(), (to, row) => row.First ? to.AppendNull() : to.Append(row.Second)).Build(),
                    Words(truths, truth => truth ? "true" : "false"));
            case 5:
                var texts = Some(() => Word(random));
                return (isNull.Zip(texts)
                    .Aggregate(new StringArray.Builder(), (to, row) => row.First ? to.AppendNull() : to.Append(row.Second)).Build(),
                    Words(texts, text => text));
            default:
                var bytes = Some(() => Word(random));
                return (isNull.Zip(bytes)
                    .Aggregate(new BinaryArray.Builder(), (to, row) => row.First
                        ? to.AppendNull() : to.Append(Encoding.UTF8.GetBytes(row.Second).AsSpan())).Build(), Words(bytes, text => text));
        }

        T[] Some<T>(Func<T> draw) => [.. isNull.Select(_ => draw())];

        string?[] Words<T>(T[] values, Func<T, string?> word) => [.. isNull.Zip(values, (none, value) => none ? null : word(value))];
    }

    private static string Word(Random random) => new[] { "cat", "K\u00E4se", "1", "1.0", "a,b", "\"x\"", "\U0001F408" }[random.Next(7)];

    // Halves and quarters are exact in both kinds of numbers.
    private static string? Plain(double number) =>
        double.IsNaN(number) ? null : number.ToString("0.##", CultureInfo.InvariantCulture) is var text && text == "-0"
        ? "0" : number.ToString("0.##", CultureInfo.InvariantCulture);

    private static byte[] Table(IArrowArray labels, bool isFile)
    {
        var images = Enumerable.Range(0, labels.Length)
            .Aggregate(new BinaryArray.Builder(), (to, row) => to.Append(((byte[])[(byte)row]).AsSpan())).Build();
        var batch = new RecordBatch.Builder().Append("image", true, images).Append("label", true, labels).Build();
        var buffer = new MemoryStream();
        using (var writer = isFile
            ? new ArrowFileWriter(buffer, batch.Schema, leaveOpen: true) : new ArrowStreamWriter(buffer, batch.Schema, leaveOpen: true))
        {
            writer.WriteStart();
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        // Finalizers of the arrays free memory that the writer reads.
        GC.KeepAlive(batch);
        return buffer.ToArray();
    }

    private static async Task<IReadOnlyList<string?>> LabelsAsync(string path)
    {
        await using var file = File.OpenRead(path);
        var range = FileRange.Of(file);
        var labels = new List<string?>();
        await foreach (var member in ArrowMembers.ReadAsync(range, new UnpackBudget(new IngestionOptions(), file.Length),
            new MembersLeft(range), new LabelColumn("table", null, _ => { }), CancellationToken.None))
        {
            Assert.Null(member.BadLabel);
            labels.Add(member.Label.Label);
        }

        return labels;
    }
}
