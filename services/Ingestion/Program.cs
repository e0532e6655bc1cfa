using Pipeline.Hosting.Services;
using Pipeline.Ingestion;

return await ServiceHost.RunAsync(args, Stage.Ingestion, services => services.AddIngestion(), bus => bus.AddIngestionConsumers());
