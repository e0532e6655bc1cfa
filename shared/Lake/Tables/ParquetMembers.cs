using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Tables;

/// <summary>The rows of a Parquet file with images or texts; one row group in memory at a time.</summary>
internal static class ParquetMembers
{
    public static async IAsyncEnumerable<Member> ReadAsync(
        FileRange table, UnpackBudget budget, MembersLeft left, LabelColumn labels, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var reader = await ParquetReader.CreateAsync(table.Open(), leaveStreamOpen: false, cancellationToken: cancellation);
        left.Told = reader.Metadata?.RowGroups.Sum(group => Math.Clamp(group.NumRows, 0, table.Length));
        var fields = reader.Schema.GetDataFields().Where(field => field.MaxRepetitionLevel == 0).ToDictionary(
            field => field.Path.ToString(), StringComparer.Ordinal);
        var top = reader.Schema.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        var content = ContentOf(fields, budget.Content) ?? throw TableColumns.NoContent(budget.Content, top.Keys);
        var name = labels.Find([.. top.Keys], content.Path.FirstPart!, reader.CustomMetadata.GetValueOrDefault(ClassNames.Key));
        var unused = name is null ? null : ParquetColumn.UnusedType(top[name]);
        var label = name is null || unused is not null ? null : fields[name];
        var split = ColumnNames.Find(ColumnNames.Splits, fields.Keys) is { } named ? fields[named] : null;
        var row = 0L;
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            Check(table, rows, new[] { content, label, split }.OfType<DataField>(), group, budget.Options);
            var contents = await ParquetColumn.AsBytesAsync(rows, content, cancellation);
            var labelOf = await ParquetColumn.ReadAsync(rows, label, cancellation);
            var splitOf = await ParquetColumn.ReadAsync(rows, split, cancellation);
            labels.Tell(rows.RowCount, unused);
            for (var i = 0; i < rows.RowCount; i++, row++, left.Told--)
            {
                var bytes = contents[i];
                contents[i] = null;
                yield return TableColumns.Row(budget.Content, row, bytes, labels.ValueOf(labelOf(i)), splitOf(i));
            }
        }
    }

    private static DataField? ContentOf(Dictionary<string, DataField> fields, LakeContent content)
    {
        var areImages = content == LakeContent.Images;
        var found = fields.Values
            .Where(field => field.ClrType == typeof(ReadOnlyMemory<byte>) || (!areImages && field.ClrType == typeof(ReadOnlyMemory<char>)))
            .ToLookup(field => field.Path.ToString().ToLowerInvariant());
        return TableColumns.NamesOf(content).SelectMany(name => areImages ? found[name].Concat(found[$"{name}/bytes"]) : found[name])
            .FirstOrDefault();
    }

    private static void Check(FileRange table, ParquetRowGroupReader rows, IEnumerable<DataField> fields, int group, UnpackOptions options)
    {
        if (rows.RowCount < 0 || rows.RowCount > options.MaxMembers)
        {
            throw new BrokenContainerException(
                RejectionReason.TooManyMembers, $"row group {group} has {rows.RowCount} rows; at most {options.MaxMembers}");
        }

        foreach (var field in fields)
        {
            if (rows.GetMetadata(field)?.MetaData is not { } column)
                throw new BrokenContainerException(RejectionReason.Corrupt, $"row group {group} has no column {field.Path}");

            ParquetPages.Check(table, column, rows.RowCount, options.MaxRowGroupBytes);
        }
    }
}

/// <summary>A column of labels or splits of a Parquet file.</summary>
internal static class ParquetColumn
{
    private static readonly Dictionary<Type, Func<ParquetRowGroupReader, DataField, CancellationToken, Task<Func<int, object?>>>> Readers =
        new()
        {
            [typeof(ReadOnlyMemory<char>)] = BytesAsync,
            [typeof(ReadOnlyMemory<byte>)] = BytesAsync,
            [typeof(long)] = NumbersAsync<long>,
            [typeof(int)] = NumbersAsync<int>,
            [typeof(short)] = NumbersAsync<short>,
            [typeof(sbyte)] = NumbersAsync<sbyte>,
            [typeof(ulong)] = NumbersAsync<ulong>,
            [typeof(uint)] = NumbersAsync<uint>,
            [typeof(ushort)] = NumbersAsync<ushort>,
            [typeof(byte)] = NumbersAsync<byte>,
            [typeof(bool)] = NumbersAsync<bool>,
            [typeof(double)] = NumbersAsync<double>,
            [typeof(float)] = NumbersAsync<float>,
            [typeof(decimal)] = NumbersAsync<decimal>,
        };

    /// <returns>What the column holds if that is no value to be used; null if it is.</returns>
    public static string? UnusedType(Field field) => field switch
    {
        DataField { MaxRepetitionLevel: > 0 } or { SchemaType: SchemaType.List } => "it holds lists",
        DataField data => Readers.ContainsKey(data.ClrType) ? null : $"it holds values of the type {data.ClrType.Name}",
        { SchemaType: SchemaType.Map } => "it holds maps",
        _ => "it holds structs",
    };

    /// <returns>By row; null without a value, and throughout where the type is not used.</returns>
    public static Task<Func<int, object?>> ReadAsync(ParquetRowGroupReader rows, DataField? field, CancellationToken cancellation) =>
        field is not null && Readers.TryGetValue(field.ClrType, out var read)
            ? read(rows, field, cancellation)
            : Task.FromResult<Func<int, object?>>(_ => null);

    /// <summary>Text too is read as bytes: the library would silently replace what is not UTF-8.</summary>
    public static async Task<byte[]?[]> AsBytesAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
    {
        var bytes = field.ClrType == typeof(ReadOnlyMemory<char>)
            ? (DataField)new ParquetSchema(new DataField(field.Name, typeof(byte[]), field.IsNullable)).Fields[0]
            : field;
        var values = new byte[]?[rows.RowCount];
        await rows.ReadAsync(bytes, values.AsMemory(), cancellationToken: cancellation);
        return values;
    }

    private static async Task<Func<int, object?>> BytesAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
    {
        var values = await AsBytesAsync(rows, field, cancellation);
        return row => values[row];
    }

    private static async Task<Func<int, object?>> NumbersAsync<T>(
        ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
        where T : struct
    {
        if (field.IsNullable)
        {
            var numbers = new T?[rows.RowCount];
            await rows.ReadAsync<T>(field, numbers.AsMemory(), cancellationToken: cancellation);
            return row => numbers[row];
        }

        var all = new T[rows.RowCount];
        await rows.ReadAsync<T>(field, all.AsMemory(), cancellationToken: cancellation);
        return row => all[row];
    }
}
