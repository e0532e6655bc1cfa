using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Tables;

/// <summary>The rows of an Arrow IPC stream or file with images or texts; one record batch in memory at a time.</summary>
internal static class ArrowMembers
{
    public static async IAsyncEnumerable<Member> ReadAsync(
        FileRange table, UnpackBudget budget, MembersLeft left, LabelColumn labels, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var batches = await ArrowBatches.OpenAsync(table, left, budget.Options.MaxRowGroupBytes);
        var schema = batches.Schema;
        var names = schema.FieldsList.Select(field => field.Name).ToList();
        Func<IArrowType, bool> isContent = budget.Content == LakeContent.Images ? HoldsBytes : HoldsText;
        var content = TableColumns.NamesOf(budget.Content).Select(name => ColumnNames.Find([name], names))
            .FirstOrDefault(name => name is not null && isContent(schema.GetFieldByName(name).DataType))
            ?? throw TableColumns.NoContent(budget.Content, names);
        var label = labels.Find(names, content, schema.Metadata?.GetValueOrDefault(ClassNames.Key));
        var unused = label is null ? null : ArrowValues.UnusedType(schema.GetFieldByName(label).DataType);
        var split = ColumnNames.Find(ColumnNames.Splits, names);
        var row = 0L;
        while (await batches.NextAsync(cancellation) is { } batch)
        {
            using (batch)
            {
                labels.Tell(batch.Length, unused);
                var contents = batch.Column(content);
                var labelsOf = label is null || unused is not null ? null : batch.Column(label);
                var splits = split is null ? null : batch.Column(split);
                for (var i = 0; i < batch.Length; i++, row++)
                {
                    yield return TableColumns.Row(
                        budget.Content, row, BytesAt(contents, i), labels.ValueOf(ArrowValues.At(labelsOf, i)), ArrowValues.At(splits, i));
                }
            }
        }
    }

    private static bool HoldsBytes(IArrowType type) => type switch
    {
        BinaryType or LargeBinaryType or BinaryViewType => true,
        StructType of => of.Fields.Any(field => field.Name == "bytes" && HoldsBytes(field.DataType)),
        _ => false,
    };

    private static bool HoldsText(IArrowType type) =>
        type is StringType or LargeStringType or StringViewType or BinaryType or LargeBinaryType or BinaryViewType;

    private static byte[]? BytesAt(IArrowArray array, int row)
    {
        if (array is not StructArray of)
            return (byte[]?)ArrowValues.At(array, row);

        return of.IsNull(row) ? null : BytesAt(of.Fields[((StructType)of.Data.DataType).GetFieldIndex("bytes")], row);
    }
}

/// <summary>Labels and splits as Arrow writes them.</summary>
internal static class ArrowValues
{
    /// <returns>What a column of that type holds if that is no value to be used; null if it is.</returns>
    public static string? UnusedType(IArrowType type) => type switch
    {
        NullType or BooleanType or FloatType or DoubleType or HalfFloatType or Decimal32Type or Decimal64Type or Decimal128Type => null,
        Int8Type or Int16Type or Int32Type or Int64Type or UInt8Type or UInt16Type or UInt32Type or UInt64Type => null,
        StringType or LargeStringType or StringViewType or BinaryType or LargeBinaryType or BinaryViewType => null,
        DictionaryType coded => UnusedType(coded.ValueType),
        ListType or LargeListType or FixedSizeListType or ListViewType => "it holds lists",
        StructType => "it holds structs",
        _ => $"it holds values of the type {type.Name}",
    };

    /// <returns>Bytes of text, a number or a truth value; null without a value, and for a type that is not used.</returns>
    public static object? At(IArrowArray? column, int row) => column switch
    {
        null or NullArray => null,
        _ when column.IsNull(row) => null,
        // Arrays of strings are arrays of bytes.
        LargeBinaryArray text => text.GetBytes(row).ToArray(),
        BinaryViewArray text => text.GetBytes(row).ToArray(),
        // Before binary, of which it is one.
        Decimal32Array number => number.GetValue(row),
        Decimal64Array number => number.GetValue(row),
        Decimal128Array number => number.GetValue(row),
        BinaryArray text => text.GetBytes(row).ToArray(),
        Int64Array numbers => numbers.GetValue(row),
        Int32Array numbers => numbers.GetValue(row),
        Int16Array numbers => numbers.GetValue(row),
        Int8Array numbers => numbers.GetValue(row),
        UInt64Array numbers => numbers.GetValue(row),
        UInt32Array numbers => numbers.GetValue(row),
        UInt16Array numbers => numbers.GetValue(row),
        UInt8Array numbers => numbers.GetValue(row),
        DoubleArray numbers => numbers.GetValue(row),
        FloatArray numbers => numbers.GetValue(row),
        HalfFloatArray numbers => numbers.GetValue(row),
        BooleanArray flags => flags.GetValue(row),
        DictionaryArray coded => At(coded.Dictionary, Convert.ToInt32(At(coded.Indices, row), CultureInfo.InvariantCulture)),
        _ => null,
    };
}
