import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

/**
 * Builds `app/` into `assets/`. Addresses in the page are relative, so that it also works under a path of a reverse
 * proxy. Nothing is inlined as a `data:` address: the server's content policy allows its own origin only.
 */
const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL('app', import.meta.url)),
  base: './',
  plugins: [react()],
  resolve: { conditions: ['keelson-source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: fileURLToPath(new URL('assets', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7400' } },
});

export default config;
