import type { Runtime } from '@keelson/runtime';
import { createContext, useContext } from 'react';
import type { ApiClient } from '../api/client.ts';

/** What every view may use from outside itself. */
export interface Services {
  readonly client: ApiClient;
  readonly runtime: Runtime;
}

/** Provides the services; set once at the root. */
export const ServicesContext: React.Context<Services | undefined> = createContext<Services | undefined>(undefined);

/** The services of this page. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) {
    throw new Error('ServicesContext is not provided.');
  }
  return services;
}
