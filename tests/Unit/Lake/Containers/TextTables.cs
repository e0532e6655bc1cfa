using Apache.Arrow;
using Apache.Arrow.Ipc;
using Parquet;
using Parquet.Schema;

namespace Pipeline.Tests.Unit.Lake.Containers;

/// <summary>Tables of text made on the spot.</summary>
internal static class TextTables
{
    /// <summary>As Hugging Face writes that 0 is ham and 1 spam.</summary>
    private static readonly Dictionary<string, string> Features = new()
    {
        ["huggingface"] = """{"info": {"features": {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": ["ham", "spam"], "_type": "ClassLabel"}}}}""",
    };

    public static Task<byte[]> OfAsync(string kind, params TextRow[] rows) =>
        kind == "parquet" ? ParquetAsync("text", rows) : Task.FromResult(Arrow("text", rows, kind == "arrow file"));

    /// <summary>In two row groups.</summary>
    public static async Task<byte[]> ParquetAsync(string column, params TextRow[] rows)
    {
        DataField text = new DataField<string>(column), split = new DataField<string>("split");
        var label = new DataField<long?>("label");
        var buffer = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(label, text, split), buffer))
        {
            writer.CustomMetadata = Features;
            foreach (var half in new[] { rows[..(rows.Length / 2)], rows[(rows.Length / 2)..] })
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync<long>(label, half.Select(row => row.Label).ToArray());
                await group.WriteAsync(text, half.Select(row => row.Text).ToArray());
                await group.WriteAsync(split, half.Select(row => row.Split).ToArray());
            }
        }

        return buffer.ToArray();
    }

    /// <summary>One column of strings, none of which may be null.</summary>
    public static Task<byte[]> RequiredAsync(string column, string[] texts)
    {
        var field = new DataField(column, typeof(string), isNullable: false);
        return WriteAsync(field, group => group.WriteAsync(field, texts));
    }

    /// <summary>One column of bytes.</summary>
    public static Task<byte[]> BytesAsync(string column, byte[][] texts)
    {
        var field = new DataField<byte[]>(column);
        return WriteAsync(field, group => group.WriteAsync(field, texts));
    }

    private static async Task<byte[]> WriteAsync(DataField field, Func<ParquetRowGroupWriter, Task> write)
    {
        var buffer = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), buffer))
        {
            using var group = writer.CreateRowGroup();
            await write(group);
        }

        return buffer.ToArray();
    }

    /// <summary>In two record batches.</summary>
    public static byte[] Arrow(string column, TextRow[] rows, bool isFile)
    {
        RecordBatch Batch(TextRow[] part)
        {
            StringArray.Builder texts = new(), splits = new();
            var labels = new Int64Array.Builder();
            foreach (var row in part)
            {
                texts.Append(row.Text);
                splits.Append(row.Split);
                labels.Append(row.Label);
            }

            return new RecordBatch.Builder().Append("label", true, labels.Build()).Append(column, true, texts.Build())
                .Append("split", true, splits.Build()).Build();
        }

        RecordBatch[] batches = [Batch(rows[..(rows.Length / 2)]), Batch(rows[(rows.Length / 2)..])];
        var schema = new Schema(batches[0].Schema.FieldsList, Features);
        var buffer = new MemoryStream();
        using (var writer = isFile
            ? new ArrowFileWriter(buffer, schema, leaveOpen: true) : new ArrowStreamWriter(buffer, schema, leaveOpen: true))
        {
            writer.WriteStart();
            foreach (var batch in batches)
                writer.WriteRecordBatch(batch);

            writer.WriteEnd();
        }

        return buffer.ToArray();
    }
}

internal sealed record TextRow(string? Text, long? Label = null, string? Split = null);
