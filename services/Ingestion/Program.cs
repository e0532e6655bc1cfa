using Pipeline.Contracts;
using Pipeline.Hosting.Services;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Drops;
using Pipeline.Ingestion.Drops.Webhook;

return await ServiceHost.RunAsync(
    args,
    Stage.Ingestion,
    services => services.AddIngestion().AddDrops(),
    bus => bus.AddIngestionConsumers(),
    app => app.MapWebhook(),
    portSetting: "Webhook:Port");
