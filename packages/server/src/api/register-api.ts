import type { ServerContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { registerClusterRoutes } from './routes/clusters.ts';
import { registerCoordinationRoutes } from './routes/coordination.ts';
import { registerEventRoutes } from './routes/events.ts';
import { registerExplainRoute } from './routes/explain.ts';
import { registerInstanceRoutes } from './routes/instances.ts';
import { registerOperations } from './routes/operations.ts';
import { registerResourceRoutes } from './routes/resources.ts';
import { registerStateModelRoutes } from './routes/state-models.ts';
import { registerStoreRoutes } from './routes/store.ts';
import { registerTopicRoutes } from './routes/topics.ts';
import { registerViewRoutes } from './routes/views.ts';

/** Adds every route of the HTTP API. */
export function registerApi(app: App, context: ServerContext): void {
  registerClusterRoutes(app, context);
  registerInstanceRoutes(app, context);
  registerResourceRoutes(app, context);
  registerViewRoutes(app, context);
  registerExplainRoute(app, context);
  registerStateModelRoutes(app, context);
  registerEventRoutes(app, context);
  registerCoordinationRoutes(app, context);
  registerTopicRoutes(app, context);
  registerStoreRoutes(app, context);
  registerOperations(app, context);
}
