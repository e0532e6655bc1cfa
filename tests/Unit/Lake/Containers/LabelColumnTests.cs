using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Parquet;
using Parquet.Schema;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class LabelColumnTests
{
    private const int Rows = 24;
    private const string Names = """{"info": {"features": {"LABEL": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}""";

    private static byte[][] Images { get; } = [.. Enumerable.Range(0, Rows).Select(i => Pictures.Png(i))];

    [Fact]
    public async Task Numbers_of_every_type_and_bytes_of_text_in_Parquet_give_the_same_classes()
    {
        await ParquetGivesAsync<double>(i => i == 2 ? double.NaN : i % 2, "0", "1", null);
        await ParquetGivesAsync<float>(i => (i % 2) + 0.5f, "0.5", "1.5", "0.5");
        await ParquetGivesAsync<decimal>(i => i % 2, "0", "1", "0");
        await ParquetGivesAsync<bool>(i => i % 2 == 1, "false", "true", "false");
        await ParquetGivesAsync<ulong>(i => i % 2 == 1 ? ulong.MaxValue : 0, "0", "18446744073709551615", "0");
        await ParquetGivesAsync<int>(i => i % 2, "0", "1", "0");
        await ParquetGivesAsync<sbyte>(i => (sbyte)(-(i % 2)), "0", "-1", "0");
        await ParquetGivesAsync(new DataField<byte[]>("label"), (group, field) => group.WriteAsync(field, Enumerable.Range(0, Rows).Select(i => i == 2 ? null! : Archives.Text(i % 2 == 0 ? "cat" : "dog")).ToArray()), null, "cat", "dog", null);
        await ParquetGivesAsync(new DataField<string>("Class"), (group, field) => group.WriteAsync(field, Enumerable.Range(0, Rows).Select(i => i % 2 == 0 ? "cat" : "dog").ToArray()), null, "cat", "dog", "cat");
    }

    [Fact]
    public async Task Class_names_hold_for_numbers_and_minus_one_is_no_label()
    {
        await ParquetGivesAsync(new DataField<long>("LABEL"), (group, field) => group.WriteAsync<long>(field, Enumerable.Range(0, Rows).Select(i => i == 2 ? -1L : i % 2).ToArray()), Names, "cat", "dog", null);
        await ParquetGivesAsync(new DataField<double>("LABEL"), (group, field) => group.WriteAsync<double>(field, Enumerable.Range(0, Rows).Select(i => i == 2 ? -1.0 : i % 2).ToArray()), Names, "cat", "dog", null);
        var (dataset, rejections) = await ParquetGivesAsync(new DataField<long>("LABEL"), (group, field) => group.WriteAsync<long>(field, Enumerable.Range(0, Rows).Select(i => i == 2 ? 7L : i % 2).ToArray()), Names, "cat", "dog", null);

        Assert.Equal([("in/data!/2", RejectionReason.BadLabel, "7 where the file names 2 classes")], rejections.Select(rejection => (rejection.Path, rejection.Reason, rejection.Detail)));
        Assert.Equal(1, dataset.Summary.Rejected["bad-label"]);
    }

    [Theory]
    [InlineData("times")]
    [InlineData("lists")]
    [InlineData("structs")]
    public async Task A_label_column_of_another_type_is_told_with_its_rows(string kind)
    {
        var table = kind == "times"
            ? await ParquetAsync(new DataField<DateTime>("label"), (group, field) => group.WriteAsync<DateTime>(field, Enumerable.Repeat(DateTime.UnixEpoch, Rows).ToArray()), null)
            : Arrow(null, ("label", kind == "lists" ? Lists() : Structs()));

        var (dataset, _, labels) = await ImportAsync(table);

        var warning = Assert.Single(dataset.Warnings!);
        Assert.Equal((WarningCode.LabelType, Rows), (warning.Code, warning.Count));
        Assert.StartsWith("The column 'label' of in/data says no labels, in 24 rows: it holds ", warning.Message);
        Assert.Equal(Enumerable.Repeat<string?>(null, Rows), labels);
    }

    [Fact]
    public async Task Arrays_of_every_kind_in_Arrow_give_the_same_classes()
    {
        await ArrowGivesAsync(new DoubleArray.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => i == 2 ? double.NaN : i % 2)).Build(), "0", "1", null);
        await ArrowGivesAsync(new FloatArray.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => (float)(i % 2))).Build(), "0", "1", "0");
        await ArrowGivesAsync(new HalfFloatArray.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => (Half)(i % 2))).Build(), "0", "1", "0");
        await ArrowGivesAsync(new UInt64Array.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => (ulong)i % 2)).Build(), "0", "1", "0");
        await ArrowGivesAsync(new BooleanArray.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => i % 2 == 1)).Build(), "false", "true", "false");
        await ArrowGivesAsync(new BinaryArray.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => Archives.Text(i % 2 == 0 ? "cat" : "dog"))).Build(), "cat", "dog", "cat");
        await ArrowGivesAsync(Strings(new StringArray.Builder()), "cat", "dog", null);
        await ArrowGivesAsync(new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), new Int8Array.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => (sbyte)(i % 2))).Build(), new StringArray.Builder().Append("cat").Append("dog").Build()), "cat", "dog", "cat");
        await ArrowGivesAsync(new NullArray(Rows), null, null, null);
    }

    [Fact]
    public async Task Columns_that_look_like_labels_are_told_where_none_is_used()
    {
        var (dataset, _, labels) = await ImportAsync(Arrow(
            """{"info": {"features": {"kind": {"names": ["a", "b"], "_type": "ClassLabel"}}}}""", ("fine_label", Whole()), ("Category", Whole()), ("kind", Whole()), ("width", Whole())));

        Assert.Equal(Enumerable.Repeat<string?>(null, Rows), labels);
        Assert.Equal(
            ["Category", "fine_label", "kind"],
            dataset.Warnings!.Where(warning => warning.Code == WarningCode.LabelColumnNotUsed).Select(warning => warning.Message.Split('\'')[1]));
        Assert.Equal("The column 'fine_label' looks like labels and is not used: say labels: { column: fine_label }.", dataset.Warnings![1].Message);
    }

    [Fact]
    public async Task Of_two_label_columns_the_first_in_the_list_is_used_and_the_other_told()
    {
        var (dataset, _, labels) = await ImportAsync(Arrow(null, ("class", Whole()), ("label", Strings(new StringArray.Builder()))));

        Assert.Equal(["cat", "dog"], labels.OfType<string>().Distinct().Order());
        var warning = Assert.Single(dataset.Warnings!);
        Assert.Contains("The column 'class' looks like labels", warning.Message);
    }

    [Fact]
    public async Task The_experiment_names_the_column_in_whatever_case_or_is_told_which_there_are()
    {
        var table = Arrow(null, ("label", Whole()), ("fine_label", Strings(new StringArray.Builder())));

        var (dataset, _, labels) = await ImportAsync(table, new LabelSpec(Column: "Fine_Label"));
        var error = await Assert.ThrowsAsync<PipelineException>(() => ImportAsync(table, new LabelSpec(Column: "breed")));

        Assert.Equal(["cat", "dog"], labels.OfType<string>().Distinct().Order());
        Assert.Empty(dataset.Warnings!);
        Assert.Equal("'in/data' has no column 'breed' as labels.column says; its columns are fine_label, img, label.", error.Message);
    }

    [Fact]
    public async Task An_Arrow_file_whose_schema_stands_at_its_end_alone_is_read()
    {
        var file = Arrow(null, isFile: true, ("label", Whole()));
        // As Arrow for JavaScript writes: the schema's message before the first batch is not there.
        var length = 8 + BitConverter.ToInt32(file, 12);
        file.AsSpan(8, length).Clear();
        BitConverter.TryWriteBytes(file.AsSpan(8), -1);

        var (_, rejections, labels) = await ImportAsync(file);

        Assert.Empty(rejections);
        Assert.Equal(["0", "1"], labels.Distinct().Order());
    }

    private static Int64Array Whole() => new Int64Array.Builder().AppendRange(Enumerable.Range(0, Rows).Select(i => (long)i % 2)).Build();

    private static StringArray Strings(StringArray.Builder builder)
    {
        for (var i = 0; i < Rows; i++)
        {
            _ = i == 2 ? builder.AppendNull() : builder.Append(i % 2 == 0 ? "cat" : "dog");
        }

        return builder.Build();
    }

    private static ListArray Lists()
    {
        var lists = new ListArray.Builder(Int64Type.Default);
        for (var i = 0; i < Rows; i++)
        {
            lists.Append();
            ((Int64Array.Builder)lists.ValueBuilder).Append(i % 2);
        }

        return lists.Build();
    }

    private static StructArray Structs() => new(new StructType([new Apache.Arrow.Field("id", Int64Type.Default, true)]), Rows, [Whole()], ArrowBuffer.Empty);

    private static byte[] Arrow(string? features, params (string Name, IArrowArray Values)[] columns) => Arrow(features, isFile: false, columns);

    private static byte[] Arrow(string? features, bool isFile, params (string Name, IArrowArray Values)[] columns)
    {
        var builder = new RecordBatch.Builder();
        foreach (var (name, values) in columns.Append(("img", new BinaryArray.Builder().AppendRange(Images).Build())).OrderBy(column => column.Item1, StringComparer.Ordinal))
        {
            builder.Append(name, true, values);
        }

        var batch = builder.Build();
        var schema = new Schema(batch.Schema.FieldsList, features is null ? null : new Dictionary<string, string> { ["huggingface"] = features });
        var buffer = new MemoryStream();
        using (var writer = isFile ? new ArrowFileWriter(buffer, schema, leaveOpen: true) : new ArrowStreamWriter(buffer, schema, leaveOpen: true))
        {
            writer.WriteStart();
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        return buffer.ToArray();
    }

    private static async Task ArrowGivesAsync(IArrowArray labels, params string?[] first)
    {
        var (_, rejections, found) = await ImportAsync(Arrow(null, ("label", labels)));

        Assert.Empty(rejections);
        AssertLabels(first, found);
    }

    private static Task<(DatasetManifest, IReadOnlyList<Rejection>)> ParquetGivesAsync<T>(Func<int, T> label, params string?[] first)
        where T : struct =>
        ParquetGivesAsync(new DataField<T>("label"), (group, field) => group.WriteAsync<T>(field, Enumerable.Range(0, Rows).Select(label).ToArray()), null, first);

    private static async Task<(DatasetManifest, IReadOnlyList<Rejection>)> ParquetGivesAsync(DataField field, Func<ParquetRowGroupWriter, DataField, Task> write, string? features, params string?[] first)
    {
        var (dataset, rejections, found) = await ImportAsync(await ParquetAsync(field, write, features));
        AssertLabels(first, found);
        return (dataset, rejections);
    }

    /// <param name="first">Of the first two rows, which the others repeat, and of the third.</param>
    private static void AssertLabels(string?[] first, IEnumerable<string?> found) =>
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => i == 2 ? first[2] : first[i % 2]).Order(), found.Order());

    private static async Task<byte[]> ParquetAsync(DataField field, Func<ParquetRowGroupWriter, DataField, Task> write, string? features)
    {
        var image = new DataField<byte[]>("image");
        var buffer = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(image, field), buffer))
        {
            writer.CustomMetadata = features is null ? [] : new Dictionary<string, string> { ["huggingface"] = features };
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(image, Images);
            await write(group, field);
        }

        return buffer.ToArray();
    }

    /// <summary>The table in a folder, whose name is no label where the table has a column of labels.</summary>
    private static async Task<(DatasetManifest Dataset, IReadOnlyList<Rejection> Rejections, IReadOnlyList<string?> Labels)> ImportAsync(byte[] table, LabelSpec? spec = null)
    {
        using var blank = new TestLake();
        using var lake = new TestLake { Experiment = blank.Experiment with { Labels = spec } };
        lake.Drop("in/data", table);
        var dataset = await lake.ImportAllAsync();
        return (dataset, await lake.RejectionsAsync(dataset), [.. (await lake.SamplesAsync(dataset)).Select(sample => sample.Label)]);
    }
}
