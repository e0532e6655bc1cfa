using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// The rows of an Arrow IPC stream with images or texts, or of a file, which is a stream with a table of contents behind it: read from its start, so that one that
/// is cut short gives what it has. One record batch in memory at a time.
/// </summary>
internal static class ArrowMembers
{
    private static readonly byte[] Magic = [.. "ARROW1"u8];
    private const int MagicBytes = 8;

    public static async IAsyncEnumerable<Member> ReadAsync(FileRange table, UnpackBudget budget, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var isFile = IsMagic(table, 0);
        var start = isFile ? MagicBytes : 0;
        var allocator = new LimitedAllocator(budget.Options.MaxRowGroupBytes);
        using var reader = new ArrowStreamReader(table.Part(start, table.Length - start).Open(), allocator, new CompressionCodecFactory(), leaveOpen: false);
        var schema = reader.Schema ?? throw new InvalidDataException("no schema");
        var names = schema.FieldsList.Select(field => field.Name).ToList();
        bool IsContent(Apache.Arrow.Types.IArrowType type) => budget.Content == LakeContent.Images ? HoldsBytes(type) : HoldsText(type);
        var content = TableColumns.NamesOf(budget.Content).Select(name => TableColumns.Find([name], names)).FirstOrDefault(name => name is not null && IsContent(schema.GetFieldByName(name).DataType))
            ?? throw TableColumns.NoContent(budget.Content, names);
        var (label, split) = (TableColumns.Find(TableColumns.Labels, names), TableColumns.Find(TableColumns.Splits, names));
        var columns = new TableColumns(budget.Content, schema.Metadata?.GetValueOrDefault(TableColumns.FeaturesKey), label);
        var row = 0L;
        while (await reader.ReadNextRecordBatchAsync(cancellation) is { } batch)
        {
            using (batch)
            {
                var contents = BytesOf(batch.Column(content));
                var labels = label is null ? null : batch.Column(label);
                var splits = split is null ? null : batch.Column(split);
                for (var i = 0; i < batch.Length; i++, row++)
                {
                    yield return columns.Row(row, contents(i), ArrowValues.At(labels, i), ArrowValues.At(splits, i));
                }
            }
        }

        if (isFile && !IsMagic(table, table.Length - Magic.Length))
        {
            throw new BrokenContainerException(RejectionReason.Corrupt, $"it ends at byte {table.Length} without its end mark");
        }
    }

    private static bool HoldsBytes(Apache.Arrow.Types.IArrowType type) => type switch
    {
        Apache.Arrow.Types.BinaryType or Apache.Arrow.Types.LargeBinaryType or Apache.Arrow.Types.BinaryViewType => true,
        Apache.Arrow.Types.StructType of => of.Fields.Any(field => field.Name == "bytes" && HoldsBytes(field.DataType)),
        _ => false,
    };

    private static bool HoldsText(Apache.Arrow.Types.IArrowType type) => type
        is Apache.Arrow.Types.StringType or Apache.Arrow.Types.LargeStringType or Apache.Arrow.Types.StringViewType
        or Apache.Arrow.Types.BinaryType or Apache.Arrow.Types.LargeBinaryType or Apache.Arrow.Types.BinaryViewType;

    // Arrays of strings are arrays of bytes.
    private static Func<int, byte[]?> BytesOf(IArrowArray array) => array switch
    {
        StructArray of => StructOf(of),
        LargeBinaryArray large => row => large.IsNull(row) ? null : large.GetBytes(row).ToArray(),
        BinaryViewArray view => row => view.IsNull(row) ? null : view.GetBytes(row).ToArray(),
        BinaryArray binary => row => binary.IsNull(row) ? null : binary.GetBytes(row).ToArray(),
        _ => throw new InvalidDataException($"a column of {array.Data.DataType.Name} where bytes should be"),
    };

    private static Func<int, byte[]?> StructOf(StructArray array)
    {
        var type = (Apache.Arrow.Types.StructType)array.Data.DataType;
        var bytes = BytesOf(array.Fields[type.GetFieldIndex("bytes")]);
        return row => array.IsNull(row) ? null : bytes(row);
    }

    private static bool IsMagic(FileRange table, long at)
    {
        Span<byte> bytes = stackalloc byte[Magic.Length];
        return at >= 0 && table.Read(at, bytes) == bytes.Length && bytes.SequenceEqual(Magic);
    }
}
