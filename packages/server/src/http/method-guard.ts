import type { App } from './app.ts';

/**
 * Notes the routes as they are added; the function it gives tells which methods a path may be asked with, none where there is nothing. So
 * a wrong method is answered as such, not as a wrong address.
 */
export function methodGuard(app: Pick<App, 'addHook'>): (path: string) => readonly string[] {
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', (route) => {
    if (route.url.includes('*')) return;
    const known = routes.get(route.url) ?? { pattern: patternOf(route.url), methods: new Set<string>() };
    for (const method of [route.method].flat()) known.methods.add(method.toUpperCase());
    routes.set(route.url, known);
  });
  return (path) => {
    const methods = new Set<string>();
    for (const route of routes.values())
      if (route.pattern.test(path)) for (const method of route.methods) methods.add(method);
    return [...methods].sort();
  };
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.+()[\]$^|\\]/g, String.raw`\$&`)));
  return new RegExp(`^${parts.join('/')}$`);
}
