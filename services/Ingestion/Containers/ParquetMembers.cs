using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Containers;

/// <summary>The rows of a Parquet file with images or texts; one row group in memory at a time.</summary>
internal static class ParquetMembers
{
    public static async IAsyncEnumerable<Member> ReadAsync(FileRange table, UnpackBudget budget, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var reader = await ParquetReader.CreateAsync(table.Open(), leaveStreamOpen: false, cancellationToken: cancellation);
        var fields = reader.Schema.GetDataFields().Where(field => field.MaxRepetitionLevel == 0).ToDictionary(field => field.Path.ToString(), StringComparer.Ordinal);
        var names = reader.Schema.Fields.Select(field => field.Name).ToList();
        var content = ContentOf(fields, budget.Content) ?? throw TableColumns.NoContent(budget.Content, names);
        var label = TableColumns.Find(TableColumns.Labels, fields.Keys) is { } found ? fields[found] : null;
        var split = TableColumns.Find(TableColumns.Splits, fields.Keys) is { } named ? fields[named] : null;
        var columns = new TableColumns(budget.Content, reader.CustomMetadata.GetValueOrDefault(TableColumns.FeaturesKey), label?.Name);
        var row = 0L;
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            Check(table, rows, [.. new[] { content, label, split }.OfType<DataField>()], group, budget.Options);
            var contents = await ContentsAsync(rows, content, cancellation);
            var labels = label is null ? null : await ValuesAsync(rows, label, cancellation);
            var splits = split is null ? null : await ValuesAsync(rows, split, cancellation);
            for (var i = 0; i < rows.RowCount; i++, row++)
            {
                yield return columns.Row(row, contents(i), labels?.GetValue(i), splits?.GetValue(i));
            }
        }
    }

    private static DataField? ContentOf(Dictionary<string, DataField> fields, LakeContent content)
    {
        var found = fields.Values
            .Where(field => field.ClrType == typeof(ReadOnlyMemory<byte>) || (content == LakeContent.Sequences && field.ClrType == typeof(ReadOnlyMemory<char>)))
            .ToLookup(field => field.Path.ToString().ToLowerInvariant());
        return TableColumns.NamesOf(content).SelectMany(name => content == LakeContent.Images ? found[name].Concat(found[$"{name}/bytes"]) : found[name]).FirstOrDefault();
    }

    /// <summary>By row; each is asked for once.</summary>
    private static async Task<Func<int, byte[]?>> ContentsAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
    {
        // Text too is read as bytes: the library would replace what is not UTF-8, and say nothing.
        var bytes = field.ClrType == typeof(ReadOnlyMemory<char>) ? (DataField)new ParquetSchema(new DataField(field.Name, typeof(byte[]), field.IsNullable)).Fields[0] : field;
        var contents = new byte[]?[rows.RowCount];
        await rows.ReadAsync(bytes, contents.AsMemory(), cancellationToken: cancellation);
        return row =>
        {
            var content = contents[row];
            contents[row] = null;
            return content;
        };
    }

    private static void Check(FileRange table, ParquetRowGroupReader rows, DataField[] fields, int group, IngestionOptions options)
    {
        if (rows.RowCount < 0 || rows.RowCount > options.MaxMembers)
        {
            throw new BrokenContainerException(RejectionReason.TooManyMembers, $"row group {group} has {rows.RowCount} rows; at most {options.MaxMembers}");
        }

        foreach (var field in fields)
        {
            if (rows.GetMetadata(field)?.MetaData is not { } column)
            {
                throw new BrokenContainerException(RejectionReason.Corrupt, $"row group {group} has no column {field.Path}");
            }

            ParquetPages.Check(table, column, rows.RowCount, options.MaxRowGroupBytes);
        }
    }

    private static async Task<Array?> ValuesAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
    {
        if (field.ClrType == typeof(ReadOnlyMemory<char>))
        {
            var text = new string?[rows.RowCount];
            await rows.ReadAsync(field, text.AsMemory(), cancellationToken: cancellation);
            return text;
        }

        return field.ClrType switch
        {
            var type when type == typeof(long) => await NumbersAsync<long>(),
            var type when type == typeof(int) => await NumbersAsync<int>(),
            var type when type == typeof(short) => await NumbersAsync<short>(),
            var type when type == typeof(sbyte) => await NumbersAsync<sbyte>(),
            var type when type == typeof(byte) => await NumbersAsync<byte>(),
            var type when type == typeof(ushort) => await NumbersAsync<ushort>(),
            var type when type == typeof(uint) => await NumbersAsync<uint>(),
            var type when type == typeof(bool) => await NumbersAsync<bool>(),
            _ => null,
        };

        async Task<Array> NumbersAsync<T>()
            where T : struct
        {
            if (field.IsNullable)
            {
                var numbers = new T?[rows.RowCount];
                await rows.ReadAsync<T>(field, numbers.AsMemory(), cancellationToken: cancellation);
                return numbers;
            }

            var all = new T[rows.RowCount];
            await rows.ReadAsync<T>(field, all.AsMemory(), cancellationToken: cancellation);
            return all;
        }
    }
}
