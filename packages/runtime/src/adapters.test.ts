import { Writable } from 'node:stream';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { KeelsonError } from './error.ts';
import {
  type OpenTelemetrySpanLike,
  type OpenTelemetryTracerLike,
  openTelemetryTracer,
} from './open-telemetry-tracer.ts';
import { pinoLogger } from './pino-logger.ts';
import { silentTracer } from './tracer.ts';

describe('pinoLogger', () => {
  it('writes levels, bound fields, bigint and coded errors with their cause as JSON', () => {
    const lines: Record<string, unknown>[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    const logger = pinoLogger(pino({ level: 'debug' }, sink)).child({ cluster: 'c' });
    const error = new KeelsonError('E_UNAVAILABLE', 'gone', { cause: new Error('socket'), details: { revision: 5n } });
    logger.debug({ revision: 12n }, 'read');
    logger.error({ error, value: new Uint8Array(3) }, 'failed');
    expect(lines[0]).toMatchObject({ level: 20, cluster: 'c', revision: '12', msg: 'read' });
    expect(lines[1]).toMatchObject({
      level: 50,
      value: '3 bytes',
      error: { code: 'E_UNAVAILABLE', message: 'gone', details: { revision: '5' }, cause: { message: 'socket' } },
    });
  });
});

describe('openTelemetryTracer', () => {
  function recorder(): { events: unknown[]; tracer: OpenTelemetryTracerLike } {
    const events: unknown[] = [];
    const span: OpenTelemetrySpanLike = {
      setAttribute: (key, value) => events.push(['attribute', key, value]),
      recordException: (exception) => events.push(['exception', exception.message]),
      setStatus: (status) => events.push(['status', status.code]),
      end: () => events.push(['end']),
    };
    const tracer: OpenTelemetryTracerLike = {
      startActiveSpan: (name, options, work) => {
        events.push(['start', name, options.attributes]);
        return work(span);
      },
    };
    return { events, tracer };
  }

  it('ends the span when the work settles', async () => {
    const { events, tracer } = recorder();
    const result = await openTelemetryTracer(tracer).span('put', { path: '/a' }, async (span) => {
      span.setAttribute('bytes', 3);
      return 7;
    });
    expect(result).toBe(7);
    expect(events).toEqual([['start', 'put', { path: '/a' }], ['attribute', 'bytes', 3], ['end']]);
  });

  it('records the error and passes it on', async () => {
    const { events, tracer } = recorder();
    const failing = openTelemetryTracer(tracer).span('put', {}, async () => {
      throw new KeelsonError('E_CLOSED', 'closed');
    });
    await expect(failing).rejects.toMatchObject({ code: 'E_CLOSED' });
    expect(events).toContainEqual(['exception', 'closed']);
    expect(events).toContainEqual(['status', SpanStatusCode.ERROR]);
    expect(events.at(-1)).toEqual(['end']);
  });

  it('takes a tracer of the real API, and the silent one does nothing but work', async () => {
    const real = openTelemetryTracer(trace.getTracer('keelson'));
    await expect(real.span('a', {}, async () => 1)).resolves.toBe(1);
    await expect(silentTracer.span('a', {}, async () => 2)).resolves.toBe(2);
  });
});
