import './ui/styles/index.css';
import { systemRuntime } from '@keelson/runtime';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApiClient } from './api/client.ts';
import { App } from './app.tsx';
import { ServicesContext } from './ui/services.tsx';
import { schemeManager, theme } from './ui/theme.ts';
import { readToken } from './ui/token.ts';

const runtime = systemRuntime();
const baseUrl = new URL('api/v1/', document.baseURI).href;
const services = { client: createApiClient({ baseUrl, token: readToken, runtime }), runtime };

// The feed tells when something changed and when the server is back, so queries neither repeat nor watch the window's focus.
// A browser's "offline" is no reason to hold back: the server may well be on this machine.
const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: false, networkMode: 'always', staleTime: 500 },
    mutations: { retry: false, networkMode: 'always' },
  },
});

const root = document.getElementById('root');
if (root === null) {
  throw new Error('The page has no #root.');
}
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={schemeManager()}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <ServicesContext value={services}>
          <App />
        </ServicesContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
