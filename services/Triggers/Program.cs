using Pipeline.Hosting.Services;
using Pipeline.Triggers;
using Pipeline.Triggers.Webhook;

return await ServiceHost.RunAsync(
    args, Stage.Triggers, services => services.AddTriggers(), _ => { }, app => app.MapWebhook(), portSetting: "Webhook:Port");
