namespace ThinkWatch.AppHost;

/// <summary>The stores by their connection strings, wherever they run. Without a broker, audit events go straight to audit-ingest.</summary>
internal sealed record Stores(Store Postgres, Store Redis, Store ClickHouse, Store? Kafka);

/// <param name="Name">The name that services know it by: <c>ConnectionStrings__{Name}</c>.</param>
internal sealed record Store(string Name, IResourceBuilder<IResourceWithConnectionString> ConnectionString);
