using Pipeline.FineTuning;
using Pipeline.Hosting.Services;

return await ServiceHost.RunAsync(args, Stage.FineTuning, services => services.AddFineTuning(), bus => bus.AddFineTuningConsumers());
