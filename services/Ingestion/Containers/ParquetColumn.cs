using Parquet;
using Parquet.Schema;

namespace Pipeline.Ingestion.Containers;

/// <summary>A column of labels or splits of a Parquet file.</summary>
internal static class ParquetColumn
{
    private static readonly Dictionary<Type, Func<ParquetRowGroupReader, DataField, CancellationToken, Task<Func<int, object?>>>> Readers = new()
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

    /// <returns>What the column holds where that is no value to be used; null where it is.</returns>
    public static string? UnusedType(Field field) => field switch
    {
        DataField { MaxRepetitionLevel: > 0 } or { SchemaType: SchemaType.List } => "it holds lists",
        DataField data => Readers.ContainsKey(data.ClrType) ? null : $"it holds values of the type {data.ClrType.Name}",
        { SchemaType: SchemaType.Map } => "it holds maps",
        _ => "it holds structs",
    };

    /// <returns>By row; null without a value, and throughout where the type is not used.</returns>
    public static Task<Func<int, object?>> ReadAsync(ParquetRowGroupReader rows, DataField? field, CancellationToken cancellation) =>
        field is not null && Readers.TryGetValue(field.ClrType, out var read) ? read(rows, field, cancellation) : Task.FromResult<Func<int, object?>>(_ => null);

    /// <summary>Text too is read as bytes: the library would replace what is not UTF-8, and say nothing.</summary>
    public static async Task<byte[]?[]> AsBytesAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
    {
        var bytes = field.ClrType == typeof(ReadOnlyMemory<char>) ? (DataField)new ParquetSchema(new DataField(field.Name, typeof(byte[]), field.IsNullable)).Fields[0] : field;
        var values = new byte[]?[rows.RowCount];
        await rows.ReadAsync(bytes, values.AsMemory(), cancellationToken: cancellation);
        return values;
    }

    private static async Task<Func<int, object?>> BytesAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
    {
        var values = await AsBytesAsync(rows, field, cancellation);
        return row => values[row];
    }

    private static async Task<Func<int, object?>> NumbersAsync<T>(ParquetRowGroupReader rows, DataField field, CancellationToken cancellation)
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
