import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import fastifySwagger from '@fastify/swagger';
import { KeelsonError } from '@keelson/runtime';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchema,
} from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { type Problem, problemSchema } from '../api/schemas.ts';
import type { ServerContext } from '../context.ts';
import { authenticate } from '../security/credentials.ts';
import { guardOrigin } from './host-guard.ts';
import { methodGuard } from './method-guard.ts';
import { PROBLEM_TYPE, problem, problemOf } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

/** The HTTP application, with routes typed by their zod schemas. */
export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** Longest body of a request, in bytes: above what a store takes as one value, so that the store's own limit is what one meets. */
export const MAX_BODY_BYTES: number = 4 * 1024 * 1024;

// What a name's 255 bytes can take percent-encoded, and more: names beyond the limit are refused with a sentence, not a 404.
const MAX_PARAMETER_LENGTH = 64 * 1024;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token: what a prober or a browser asks before it has one. */
    readonly open?: boolean;
  }
}

/** Makes the application, without routes: what every request passes and how every error leaves. */
export async function createApp(context: ServerContext): Promise<App> {
  // A request without `Host` is refused by our own guard, in our own words.
  const common = { requireHostHeader: false };
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    genReqId: () => context.runtime.random.uuid(),
    serverFactory: (handler) =>
      context.tls === undefined
        ? createServer(common, handler)
        : (createTlsServer({ ...common, ...context.tls, minVersion: 'TLSv1.2' }, handler) as unknown as Server),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error as NodeJS.ErrnoException, socket),
    frameworkErrors: (error, request, reply) =>
      void sendError(context, error, request, reply as unknown as FastifyReply),
  }).withTypeProvider<ZodTypeProvider>();
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  // Answers are typed by the compiler and checked against their schemas in tests; checking each again costs more than making it.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  addHooks(app, context);
  const allowed = methodGuard(app);
  app.setErrorHandler((error, request, reply) => sendError(context, error, request, reply));
  app.setNotFoundHandler((request, reply) => sendError(context, notFound(request, reply, allowed), request, reply));
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Keelson', description: 'Cluster management and governance.', version: context.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: context.credentials.length === 0 ? [] : [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  return app;
}

function addHooks(app: App, context: ServerContext): void {
  const startedMs = new WeakMap<FastifyRequest, number>();
  app.addHook('onRequest', async (request, reply) => {
    startedMs.set(request, context.runtime.clock.monotonicMs());
    void reply.headers(securityHeaders);
    guardOrigin(request, { allowedHosts: context.allowedHosts });
    if (context.credentials.length === 0 || request.routeOptions.config.open === true) return;
    if (authenticate(request.headers.authorization, context.credentials) === undefined) {
      void reply.header('www-authenticate', 'Bearer realm="keelson"');
      throw new KeelsonError(
        'E_UNAUTHENTICATED',
        'This server wants a token. Send `Authorization: Bearer <token>` with a token of its token file.',
      );
    }
  });
  app.addHook('preValidation', async (request) => {
    // No body means no fields: the schema then says which it wants.
    if (request.body === undefined && request.method !== 'GET' && request.method !== 'HEAD') request.body = {};
  });
  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none' };
    const tookMs = context.runtime.clock.monotonicMs() - (startedMs.get(request) ?? 0);
    context.metrics.httpRequests.add({ ...labels, status: String(reply.statusCode) });
    context.metrics.httpDurations.observe(labels, tookMs);
    context.runtime.logger.debug(
      { ...labels, status: reply.statusCode, tookMs, request: request.id },
      'request answered',
    );
  });
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/')) route.schema = withProblem(route.schema);
    const handler = route.handler;
    route.handler = function traced(request, reply) {
      const name = `${request.method} ${route.url}`;
      return context.runtime.tracer.span(
        name,
        { 'http.route': route.url, 'http.request.method': request.method },
        async () => handler.call(this, request, reply),
      );
    };
  });
}

/** Adds to a route's description how every refusal is answered. */
function withProblem(schema: FastifySchema = {}): FastifySchema {
  const refused = {
    description: 'Refused or failed: problem details with a code of the error catalogue.',
    content: { 'application/problem+json': { schema: problemSchema } },
  };
  return { ...schema, response: { ...(schema.response as object | undefined), '4xx': refused, '5xx': refused } };
}

function sendError(context: ServerContext, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body: Problem = problemOf(error, request.id);
  if (body.code === 'E_INTERNAL')
    context.runtime.logger.error(
      { error, request: request.id, method: request.method, url: request.url.slice(0, 500) },
      'request failed',
    );
  return reply
    .code(body.status)
    .headers({ ...securityHeaders, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
    .send(JSON.stringify(body));
}

function notFound(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: (path: string) => readonly string[],
): KeelsonError {
  const path = request.url.split('?', 1)[0] ?? '/';
  const methods = allowed(path);
  if (methods.length === 0)
    return new KeelsonError(
      'E_NOT_FOUND',
      `There is nothing at ${path.slice(0, 200)}. The API is described at /openapi.json.`,
    );
  void reply.header('allow', methods.join(', '));
  return new KeelsonError('E_METHOD_NOT_ALLOWED', `${request.method} is not possible here. Use ${methods.join(', ')}.`);
}

/** Answers what was no HTTP request at all, or one with headers too long. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const body = JSON.stringify(
    tooLong
      ? problem('E_TOO_LARGE', 'The address and headers are longer than 16 KiB. Make them shorter.', { status: 431 })
      : problem('E_INVALID_ARGUMENT', 'This is no well-formed HTTP/1.1 request.'),
  );
  const status = tooLong ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
