namespace Pipeline.Tests.EndToEnd;

/// <summary>One thing that a person can get wrong.</summary>
/// <param name="Arguments">What is typed, after the folder has been spoilt.</param>
/// <param name="Told">What the line must tell: the thing, and what would be valid.</param>
public sealed record BadInput(Action<Workplace, FinishedRun> Spoil, IReadOnlyList<string> Arguments, IReadOnlyList<string> Told)
{
    private static readonly string[] Run = ["run", "tiny.yaml", "--data", "data", "--device", "cpu"];

    public static IReadOnlyDictionary<string, BadInput> All { get; } = new Dictionary<string, BadInput>
    {
        ["unknown command"] = Typed(["tune"], "'tune'", "demo, run, drop, status, report, cancel, errors"),
        ["unknown option"] = Typed([.. Run, "--quick"], "'--quick'", "--help"),
        ["no data given"] = Typed(["run", "tiny.yaml"], "--data", "--help"),
        ["a device that is none"] = Typed([.. Run[..^1], "gpu"], "'gpu'", "cuda:n"),
        ["a device that is not there"] = Typed([.. Run[..^1], "cuda:77"], "cuda:77", "it must be auto or cpu"),
        ["threads that are no number"] = Typed([.. Run, "--threads", "many"], "'many'", "0 to 1024"),
        ["a setting out of range"] = new((place, _) => place.Settings["Pretraining__BatchesAhead"] = "0", Run,
            ["Pretraining:BatchesAhead", "'0'", "between 1 and 64"]),
        ["a setting of the wrong kind"] = new((place, _) => place.Settings["Pretraining__SliceBudget"] = "soon", Run,
            ["Pretraining:SliceBudget", "'soon'"]),
        ["a setting that there is none of"] = new((place, _) => place.Settings["Pretraining__SliceBudge"] = "00:01:00", Run,
            ["no setting", "Pretraining:SliceBudge"]),
        ["an empty experiment"] = Typed(["run", "", "--data", "data"], "'experiment' is empty", "YAML file", "--help"),
        ["an empty data folder's name"] = Typed(["run", "tiny.yaml", "--data", ""], "'--data' is empty", "Folder", "--help"),
        ["an empty store"] = Typed([.. Run, "--store", ""], "'--store' is empty", "Folder", "--help"),
        ["an empty run to cancel"] = Typed(["cancel", ""], "'run' is empty", "as status shows it", "--help"),
        ["an empty dataset to drop into"] = Typed(["drop", "data", "--dataset", ""], "'--dataset' is empty", "--help"),
        ["missing experiment"] = new((place, _) => File.Delete(place.PathOf("tiny.yaml")), Run, ["tiny.yaml"]),
        ["YAML that is none"] = Experiment("pretext: rotation-flip", "pretext: [rotation-flip", "line 4"),
        ["unknown key"] = Experiment("pretext:", "pretex:", "'pretex'", "pretext"),
        ["unknown pretext task"] = Experiment("rotation-flip", "jigsaw", "'jigsaw'", "rotation-flip"),
        ["unknown encoder"] = Experiment("name: convnet", "name: swin", "'swin'", "convnet"),
        ["value out of range"] = Experiment("epochs: 1", "epochs: 0", "pretraining.epochs", "1 to 1000"),
        ["more labels than there are"] = Experiment("[6, 12]", "[6, 5000]", "5000", "Counts must be at most"),
        ["missing data folder"] = new((place, _) => Directory.Delete(place.PathOf("data"), recursive: true), Run,
            ["does not exist", "folder of images"]),
        ["a file for the data folder"] = Data(path => File.WriteAllText(path, "data"), "is a file", "folder of images"),
        ["empty data folder"] = Data(path => Directory.CreateDirectory(path), "is empty", "folder of images"),
        ["a folder without a usable file"] = Data(path => Write(path, "notes.txt", "These are no images."u8), "no files to import",
            "a folder for each class"),
        ["corrupt images only"] = Data(path => Write(path, "kind-0/broken.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]),
            "no usable image", "corrupt"),
        ["images of one colour"] = Data(
            path => Write(path, "kind-0/blank.bmp", TinyImages.Bmp(new byte[TinyImages.Size * TinyImages.Size])), "no usable image",
            "blank"),
        ["one class only"] = Data(path => TinyImages.WriteFolders(path, 60, classes: 1), "has no labels", "two or more"),
        ["more broken files than there may be"] = Data(
            path =>
            {
                TinyImages.WriteFolders(path, 60);
                for (var i = 0; i < 20; i++)
                    Write(path, $"kind-0/broken-{i}.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]);
            },
            "Of the 80 files",
            "20 were rejected (25.0 %): 20 corrupt",
            "at most 20.0 % (Ingestion:MaxRejectedShare)"),
        ["a test picture that is trained on"] = Data(
            path =>
            {
                TinyImages.WriteFolders(Path.Combine(path, "train"), 60);
                TinyImages.WriteFolders(Path.Combine(path, "test"), 30, firstNumber: 1000);
                Write(path, "test/kind-0/brighter.bmp", TinyImages.Bmp([.. TinyImages.Draw(0).Select(value => (byte)(value + 5))]));
            },
            "'train/kind-0/0000.bmp' and 'test/kind-0/brighter.bmp' (test)",
            "allowLeaks: true"),
        ["labels.csv that names no file there is"] = Data(
            path =>
            {
                TinyImages.WriteFolders(path, 60);
                Write(path, "labels.csv", "file,label\nelsewhere.png,cat\n"u8);
            },
            "no labels",
            "two or more"),
        ["labels.csv without its columns"] = Data(
            path =>
            {
                TinyImages.WriteFolders(path, 6);
                Write(path, "labels.csv", "picture;kind\n"u8);
            },
            "labels.csv",
            "one must name the files"),
        ["an IDX file whose header lies"] = Data(
            path =>
            {
                TinyImages.WriteIdx(path, 30, 10);
                using var file = File.Open(Path.Combine(path, "train-images-idx3-ubyte"), FileMode.Open);
                file.Position = 6;
                file.WriteByte(0x7F);
            },
            "train-images-idx3-ubyte",
            "bytes"),
        ["a store that is a file"] = new((place, _) => File.WriteAllText(place.Store, ""), Run, ["is a file", "must be a folder"]),
        ["a store of a newer version"] = new((place, _) => Write(place.Store, "store.json", "{ \"format\": 99 }"u8), Run,
            ["newer version", "another folder"]),
        ["a store within the data"] = new((_, _) => { }, [.. Run, "--store", "data/store"], ["within the data folder", "--store"]),
        ["a damaged artifact"] = new(Damage, Run, ["The store is damaged", "Delete"]),
        ["status of no store"] = Typed(["status"], "no store at", "--store"),
        ["report of an unknown run"] = new((place, finished) => finished.CopyStore(place.Store), ["report", "tiny-0"],
            ["'tiny-0'", "it must be one of tiny-"]),
    };

    private static BadInput Typed(IReadOnlyList<string> arguments, params string[] told) => new((_, _) => { }, arguments, told);

    private static BadInput Experiment(string good, string bad, params string[] told) =>
        new((place, _) => place.WithExperiment(TinyTask.Image.Experiment.Replace(good, bad)), Run, ["tiny", .. told]);

    private static BadInput Data(Action<string> make, params string[] told) => new(
        (place, _) =>
        {
            Directory.Delete(place.PathOf("data"), recursive: true);
            make(place.PathOf("data"));
        },
        Run,
        ["data", .. told]);

    private static void Write(string folder, string file, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    /// <summary>The finished run's store, its verdict taken back and one byte of its samples changed.</summary>
    private static void Damage(Workplace place, FinishedRun finished)
    {
        finished.CopyStore(place.Store);
        File.Delete(Directory.EnumerateFiles(place.PathOf("pipeline-store/runs"), "5-verdict.json", SearchOption.AllDirectories).Single());
        // A sample shard that training reads; parts of the import are not read again.
        var shard = Directory.EnumerateFiles(place.PathOf("pipeline-store/datasets"), "train-*.safetensors", SearchOption.AllDirectories)
            .First();
        using var file = File.Open(shard, FileMode.Open);
        file.Position = file.Length - 1;
        var last = file.ReadByte();
        file.Position = file.Length - 1;
        file.WriteByte((byte)(last ^ 1));
    }
}
