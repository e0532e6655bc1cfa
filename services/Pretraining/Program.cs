using Pipeline.Hosting.Services;
using Pipeline.Pretraining;

return await ServiceHost.RunAsync(args, Stage.Pretraining, services => services.AddPretraining(), bus => bus.AddPretrainingConsumers());
