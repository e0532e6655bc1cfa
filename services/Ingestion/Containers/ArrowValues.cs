using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Pipeline.Ingestion.Containers;

/// <summary>Labels and splits as Arrow writes them.</summary>
internal static class ArrowValues
{
    /// <returns>What a column of that type holds where that is no value to be used; null where it is.</returns>
    public static string? UnusedType(IArrowType type) => type switch
    {
        NullType or BooleanType or FloatType or DoubleType or HalfFloatType => null,
        Int8Type or Int16Type or Int32Type or Int64Type or UInt8Type or UInt16Type or UInt32Type or UInt64Type => null,
        Decimal32Type or Decimal64Type or Decimal128Type => null,
        StringType or LargeStringType or StringViewType or BinaryType or LargeBinaryType or BinaryViewType => null,
        DictionaryType coded => UnusedType(coded.ValueType),
        ListType or LargeListType or FixedSizeListType or ListViewType => "it holds lists",
        StructType => "it holds structs",
        _ => $"it holds values of the type {type.Name}",
    };

    /// <returns>Bytes of text, a number or a truth value; null where there is none, and of a type that is not used.</returns>
    public static object? At(IArrowArray? column, int row) => column switch
    {
        null or NullArray => null,
        _ when column.IsNull(row) => null,
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
